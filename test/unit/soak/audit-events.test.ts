import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { auditEvents } from '../../../soak/audit-events.ts'
import { readEvents, type Letter, type ToldEvent } from '../../../soak/told-events.ts'
import type { OrderHistory } from '../../../src/journal/history.ts'
import { fillRecord, orderRecord } from '../../support/journal-records.ts'

function order(state: OrderHistory['state']): OrderHistory {
  return {
    ...orderRecord(),
    kind: 'order',
    state,
    exchangeOrderId: '88',
    code: undefined,
    message: undefined,
    placeOutcome: 'accepted',
    cancelOutcome: undefined,
    updatedMs: 1,
  }
}

/** Letters, a fill as `f` and its trade id. */
function life(...told: string[]): ToldEvent[] {
  return told.map((each) => ({
    letter: each[0] as Letter,
    clientOrderId: '1001',
    ...(each.length > 1 && { tradeId: each.slice(1) }),
  }))
}

const FILLS = [fillRecord({ tradeId: '1' }), fillRecord({ tradeId: '2' })]

describe('what was told, held against the journal', () => {
  test.each<[string, ToldEvent[][], number, RegExp | undefined, number]>([
    ['one life, all told', [life('c', 'f1', 'f2', 'd')], 0, undefined, 0],
    ['a story over three lives', [life('u'), life('c', 'f1'), life('f2', 'd')], 2, undefined, 0],
    ['an end that a kill cut off', [life('c', 'f1', 'f2'), []], 1, undefined, 1],
    ['an end that was not told, without a kill', [life('c', 'f1', 'f2')], 0, /not everything was told/, 1],
    ['a fill that was not told, without a kill', [life('c', 'f1', 'd')], 0, /not everything was told/, 1],
    ['a fill told in two lives', [life('c', 'f1'), life('f1', 'f2', 'd')], 1, /a fill was told twice/, 0],
    ['an end told twice', [life('c', 'f1', 'f2', 'd'), life('d')], 1, /its events came as cffdd/, 0],
    ['a fill before it was created', [life('f1', 'c', 'f2', 'd')], 0, /its events came as fcfd/, 0],
    ['another end than is on record', [life('c', 'f1', 'f2', 'e')], 0, /its events came as cffe/, 0],
    ['a fill that is not on record', [life('c', 'f1', 'f2', 'f3', 'd')], 0, /fill 3 was told/, 0],
    ['a contradiction that was told as one', [life('e', 'f1', 'a', 'c', 'f2', 'd')], 0, undefined, 0],
  ])('%s', (_name, lives, kills, expected, cutOff) => {
    const audit = auditEvents(lives, [order('filled')], FILLS, kills)
    expect(audit.cutOff).toBe(cutOff)
    if (expected) expect(audit.discrepancies.join('; ')).toMatch(expected)
    else expect(audit.discrepancies).toEqual([])
  })

  test('an event of an order that is not on record is found', () => {
    expect(auditEvents([life('c')], [], [], 0).discrepancies).toHaveLength(1)
  })
})

test('of a life that was killed, whole lines are read, and a life that told nothing has none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'qtx-events-'))
  try {
    const path = join(folder, 'events')
    expect(readEvents(path)).toEqual([])
    writeFileSync(path, `${JSON.stringify(life('c')[0])}\n{"letter":"f","clie`)
    expect(readEvents(path)).toEqual(life('c'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
