import { describeContract } from './contract.ts'

describeContract([
  { backend: 'kucoin', kind: 'parent' },
  { backend: 'kucoin', kind: 'qtx' },
])
