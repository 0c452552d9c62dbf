import { durationMs } from './option-kinds.ts'
import { number, numberOrText, oneOf } from './schema.ts'

/** Ten milliseconds: a process that waits longer without doing anything else falls behind its feed. */
const MAX_SPIN_US = 10_000

const fraction = numberOrText('Give a fraction such as 0.03 for 3 %.')
  .check(
    (given) => Number(given) > 0 && Number(given) < 1,
    'Give a fraction above 0 and below 1, such as 0.03 for 3 %.',
  )
  .optional()

/** The options of new orders: which way they go, how long their answer is waited for, how far they may slip. */
export const orderConfig = {
  maxSlippage: fraction.describe('How far from the best price a market order may fill; 0.03 by default.'),
  orderTimeoutMs: durationMs('orderTimeoutMs').describe(
    'How long the order manager may take to answer; 10,000 by default.',
  ),
  orderSpinUs: number('Give orderSpinUs in microseconds, as a number.')
    .check((given) => given >= 0, 'orderSpinUs cannot be negative.')
    .check(
      (given) => given <= MAX_SPIN_US,
      `orderSpinUs is at most ${MAX_SPIN_US}: nothing else runs meanwhile.`,
    )
    .optional()
    .describe(
      'How long sending an order blocks everything else for its answer, microseconds; 0, not at all, by default.',
    ),
  orderRoute: oneOf(
    ['qtx', 'parent', 'qtx-then-parent'],
    'orderRoute is qtx (the ring), parent (the exchange’s REST API) or qtx-then-parent (by REST what the ring certainly did not take).',
  )
    .optional()
    .describe(
      'Which way new orders go; qtx by default where there is an order ring, else parent. Can be switched while running.',
    ),
}
