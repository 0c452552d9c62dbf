/** Puts orders and fills on record: `append-journal FOLDER MS`. Prints nanoseconds of processor time a record. */
import { SystemClock } from '../../../common/clock.ts'
import { silentLogger } from '../../../common/log.ts'
import type { FillRecord, OrderRecord } from '../../../journal/journal-record.ts'
import { Journal } from '../../../journal/journal.ts'
import { PAIR } from '../made-market.ts'
import { answer, leaveSignalsToParent } from './command-lines.ts'
import { medianOf } from '../percentiles.ts'

/** What is appended before the journal gets its turn to put it into the database. */
const ROUND_RECORDS = 256
const WARM_UP_ROUNDS = 4

leaveSignalsToParent()
const [, , folder = '', durationText] = process.argv
const durationMs = Number(durationText)
const clock = new SystemClock()
const journal = await Journal.open({ folder, account: 'bench', clock, logger: silentLogger })
const createdMs = clock.nowMs()
let nextId = 0

function makeOrder(): OrderRecord {
  return {
    kind: 'order',
    clientOrderId: `1059${String(nextId++).padStart(14, '0')}`,
    pair: PAIR,
    tradeType: 'buy',
    orderType: 'limit',
    timeInForce: 'gtc',
    positionAction: 'open',
    amount: '0.015',
    price: '60000.1',
    maxSlippage: '0.005',
    leverage: 5,
    createdMs,
  }
}

function makeFill(): FillRecord {
  return {
    kind: 'fill',
    pair: PAIR,
    tradeId: `55123${nextId++}`,
    clientOrderId: '105900000000000000',
    exchangeOrderId: '88990011223344',
    tradeType: 'buy',
    positionAction: 'open',
    price: '60000.1',
    amount: '0.001',
    feeAsset: 'USDT',
    feeAmount: '0.0412982',
    isMaker: true,
    fillMs: createdMs,
  }
}

async function nanosecondsOf(make: () => OrderRecord | FillRecord): Promise<number> {
  const rounds: number[] = []
  const untilMs = performance.now() + durationMs / 2
  do {
    const records = Array.from({ length: ROUND_RECORDS }, make)
    const before = process.cpuUsage()
    for (const record of records) journal.append(record)
    const { user, system } = process.cpuUsage(before)
    rounds.push(((user + system) * 1_000) / ROUND_RECORDS)
    await journal.flush()
  } while (performance.now() < untilMs || rounds.length <= WARM_UP_ROUNDS)
  return medianOf(rounds.slice(WARM_UP_ROUNDS))
}

try {
  const orderNs = await nanosecondsOf(makeOrder)
  answer({ orderNs, fillNs: await nanosecondsOf(makeFill) })
} finally {
  await journal.close()
}
