/**
 * Puts orders and fills on record: `journal.ts append|lines|drain COUNT`. Prints nanoseconds an order and a fill, of a
 * journal's append or of a line of JSON written to a file; or, for `drain`, microseconds a record until it is in the
 * database, and the microseconds between two turns of the event loop meanwhile: the median, and what 1 % exceed.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { SystemClock } from '../../src/common/clock.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { FillRecord, JournalRecord, OrderRecord } from '../../src/journal/journal-record.ts'
import { Journal } from '../../src/journal/journal.ts'
import { answer } from '../../src/cli/bench/processes/command-lines.ts'

const [variant, countText] = process.argv.slice(2)
const count = Number(countText)
const folder = mkdtempSync(join(tmpdir(), 'qtx-bench-journal-'))
const clock = new SystemClock()
const nowMs = clock.nowMs()

const orders = Array.from({ length: 64 }, (_, i): OrderRecord => {
  const words = { tradeType: 'buy', orderType: 'limit', timeInForce: 'gtc', positionAction: 'open' } as const
  const numbers = {
    amount: '0.015',
    price: `103245.${i}`,
    maxSlippage: '0.005',
    leverage: 5,
    createdMs: nowMs,
  }
  return {
    kind: 'order',
    clientOrderId: `1059${String(i).padStart(14, '0')}`,
    pair: 'BTC-USDT',
    ...words,
    ...numbers,
  }
})
const fills = Array.from({ length: count }, (_, i): FillRecord => {
  const ids = { tradeId: `55123${i}`, clientOrderId: '105900000000000000', exchangeOrderId: '88990011223344' }
  const words = { pair: 'BTC-USDT', tradeType: 'buy', positionAction: 'open', isMaker: true } as const
  const fee = { feeAsset: 'USDT', feeAmount: '0.0412982' }
  return { kind: 'fill', ...ids, ...words, price: '103245.5', amount: '0.001', ...fee, fillMs: nowMs + i }
})

function nanosecondsEach(records: readonly JournalRecord[], put: (record: JournalRecord) => void): number {
  const startMs = performance.now()
  for (let i = 0; i < count; i++) put(records[i % records.length]!)
  return ((performance.now() - startMs) * 1e6) / count
}

function measureAppend(put: (record: JournalRecord) => void) {
  nanosecondsEach(orders, put)
  return { order: nanosecondsEach(orders, put), fill: nanosecondsEach(fills, put) }
}

async function measureJournal() {
  const journal = await Journal.open({ folder, account: 'bench', clock, logger: silentLogger })
  try {
    if (variant === 'append') return measureAppend((record) => journal.append(record))
    for (const fill of fills) journal.append(fill)
    const startMs = performance.now()
    const drained = journal.flush()
    const gaps = await turnsUntil(drained)
    const record = ((performance.now() - startMs) * 1_000) / count
    return { record, turn: gaps[gaps.length >> 1], longTurn: gaps[Math.floor(gaps.length * 0.99)] }
  } finally {
    await journal.close()
  }
}

/** Microseconds between the turns of the event loop, in order of size. */
async function turnsUntil(end: Promise<void>): Promise<number[]> {
  let isOver = false as boolean
  void end.then(() => (isOver = true))
  const gaps: number[] = []
  for (let lastMs = performance.now(); !isOver;) {
    await turn()
    const nowMs = performance.now()
    gaps.push((nowMs - lastMs) * 1_000)
    lastMs = nowMs
  }
  return gaps.sort((a, b) => a - b)
}

function measureLines() {
  const file = openSync(join(folder, 'orders.jsonl'), 'a')
  try {
    return measureAppend((record) => {
      writeSync(file, `${JSON.stringify(record)}\n`)
    })
  } finally {
    closeSync(file)
  }
}

try {
  answer(variant === 'lines' ? measureLines() : await measureJournal())
} finally {
  rmSync(folder, { recursive: true })
}
