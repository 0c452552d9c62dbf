import type { FillRecord } from '../src/journal/journal-record.ts'
import type { OrderHistory } from '../src/journal/history.ts'
import { groupBy } from './group-by.ts'
import type { Letter, ToldEvent } from './told-events.ts'

/** What was told, over all lives, held against the journal. */
export interface EventAudit {
  readonly told: number
  /** Orders of which an event is on record and was told in no life: killed between the record and the telling. */
  readonly cutOff: number
  readonly discrepancies: readonly string[]
}

/** Over all lives; an order that the exchange contradicted itself about has an anomaly, and may begin anew. */
const STORY = /^u?c?f*[dex]?$/
const STORY_WITH_ANOMALY = /^[ucfdexa]*$/
const END_LETTERS: Readonly<Partial<Record<OrderHistory['state'], Letter>>> = {
  filled: 'd',
  canceled: 'e',
  failed: 'x',
}

/**
 * Each event once over all lives, in the order of an order's life, and none but of what is on record. What is on record
 * was told, but for one order at most at each kill.
 */
export function auditEvents(
  lives: readonly (readonly ToldEvent[])[],
  orders: readonly OrderHistory[],
  fills: readonly FillRecord[],
  kills: number,
): EventAudit {
  const discrepancies: string[] = []
  const told = groupBy(lives.flat(), (event) => event.clientOrderId)
  const recorded = groupBy(fills, (fill) => fill.clientOrderId)
  const known = new Set(orders.map((order) => order.clientOrderId))
  for (const id of told.keys())
    if (!known.has(id)) discrepancies.push(`order ${id} was told of, and is not on record`)
  let cutOff = 0
  for (const { clientOrderId: id, state } of orders) {
    const events = told.get(id) ?? []
    const story = events.map(({ letter }) => letter).join('')
    const pattern = story.includes('a') ? STORY_WITH_ANOMALY : STORY
    if (!pattern.test(story)) discrepancies.push(`order ${id}: its events came as ${story}`)
    const toldFills = events.filter(({ letter }) => letter === 'f').map(({ tradeId }) => tradeId)
    const onRecord = (recorded.get(id) ?? []).map((fill) => fill.tradeId)
    if (new Set(toldFills).size !== toldFills.length) discrepancies.push(`order ${id}: a fill was told twice`)
    for (const tradeId of toldFills) {
      if (!onRecord.some((each) => each === tradeId))
        discrepancies.push(`order ${id}: fill ${String(tradeId)} was told, and is not on record`)
    }
    const end = END_LETTERS[state]
    const wrongEnd = /[dex](?!.*[dex])/.exec(story)?.[0]
    if (wrongEnd !== undefined && wrongEnd !== end)
      discrepancies.push(`order ${id} is ${state} on record, and its events came as ${story}`)
    const isMissing =
      toldFills.length < onRecord.length ||
      (end !== undefined && wrongEnd === undefined) ||
      (onRecord.length > 0 && !story.includes('c'))
    if (isMissing) cutOff++
  }
  if (cutOff > kills) discrepancies.push(`of ${cutOff} orders not everything was told, with ${kills} kills`)
  return { told: lives.flat().length, cutOff, discrepancies }
}
