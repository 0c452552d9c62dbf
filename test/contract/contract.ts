import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { describeAccount } from './account.ts'
import { describeBooks } from './books.ts'
import { describeCancels } from './cancels.ts'
import { ContractWorld } from './contract-world.ts'
import { describeFillsAndFees } from './fills-and-fees.ts'
import { describeFunding } from './funding.ts'
import { describeOrders } from './orders.ts'
import { describePositions } from './positions.ts'
import { describePrivateStream } from './private-stream.ts'
import { describeReadinessAndRules } from './readiness-and-rules.ts'
import { describeRestart } from './restart.ts'
import type { Subject } from './subjects.ts'

/** What every connector must do, one after the other, each in a world of its own. */
export function describeContract(subjects: readonly Subject[]): void {
  describe.each(subjects)('$backend $kind', (subject) => {
    let opened: ContractWorld | undefined
    const world = () => opened!

    beforeAll(async () => {
      opened = await ContractWorld.open(subject)
    })

    afterEach(async ({ task }) => {
      if (task.result?.state === 'fail' && opened) console.error(opened.describe())
      try {
        await opened?.settle()
      } catch (error) {
        // What one test has left behind must not fail the others.
        await opened?.[Symbol.asyncDispose]()
        opened = await ContractWorld.open(subject)
        throw error
      }
    })

    afterAll(() => opened?.[Symbol.asyncDispose]())

    describeReadinessAndRules(world)
    describeBooks(world)
    describeOrders(world)
    describeCancels(world)
    describeFillsAndFees(world)
    describePositions(world)
    describeAccount(world)
    describeFunding(world)
    describePrivateStream(world)
    describeRestart(world)
  })
}
