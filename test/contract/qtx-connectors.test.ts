import { describeContract } from './contract.ts'

describeContract('qtx')
