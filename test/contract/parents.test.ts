import { describeContract } from './contract.ts'
import { subjectsOf } from './subjects.ts'

describeContract(subjectsOf('parent'))
