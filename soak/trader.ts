/**
 * The process that is killed: one QTX connector for each exchange, trading at random. It is told its plan and its end
 * over IPC, and answers there.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createQtxConnector, createLogger, type QtxConnector } from '../src/index.ts'
import { messageOf } from '../src/errors.ts'
import { SeededRandom } from '../src/simulator/feed/seeded-random.ts'
import { RandomTrading } from './random-trading.ts'
import { writeEvents } from './told-events.ts'
import type { FromTrader, LifeCounts, ToTrader, TraderEnd, TraderPlan } from './trader-messages.ts'

const COUNTS_EVERY_MS = 250
/** How long a connector that trades may take to be ready at the start. */
const READY_TIMEOUT_MS = 5_000
/** How long one may take once the faults are over. */
const HEALED_TIMEOUT_MS = 60_000
const START_ATTEMPTS = 20
/** What is unknown may need a look-up or two. */
const SETTLE_TIMEOUT_MS = 45_000

interface Desk {
  readonly name: string
  readonly connector: QtxConnector
  readonly trading: RandomTrading
  readonly counts: LifeCounts
  readonly closeEventFile: () => void
}

let isFinishing = false
let isFinished = false
const tell = (message: FromTrader) => process.send?.(message)

// Nobody is there any more who could end it.
process.on('disconnect', () => {
  if (!isFinished) process.exit(1)
})
process.on('message', (message: ToTrader) => {
  if (message.kind === 'finish') isFinishing = true
  else
    run(message.plan).catch((error: unknown) => {
      tell({
        kind: 'failed',
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    })
})

async function run(plan: TraderPlan): Promise<void> {
  const desks: Desk[] = []
  const tellCounts = () =>
    tell({ kind: 'counts', counts: countsOf(desks), memoryMb: process.memoryUsage.rss() / 1_048_576 })
  const report = setInterval(tellCounts, COUNTS_EVERY_MS)
  await Promise.all(
    plan.configs.map(async (config, index) => {
      const desk = await openDesk(config, plan.seed + index, plan.eventFiles[index]!)
      desks.push(desk)
      if (desks.length === plan.configs.length) tell({ kind: 'ready' })
      await trade(desk, plan.orderIntervalMs)
    }),
  )
  const ends = await Promise.all(desks.map(async (desk) => [desk.name, await close(desk)] as const))
  clearInterval(report)
  tellCounts()
  tell({ kind: 'finished', ends: Object.fromEntries(ends) })
  isFinished = true
  process.disconnect()
}

async function openDesk(
  config: TraderPlan['configs'][number],
  seed: number,
  eventFile: string,
): Promise<Desk> {
  const logger = createLogger('error')
  const connector = await createQtxConnector(config, { logger })
  const counts: LifeCounts = {
    submitted: 0,
    refused: {},
    adopted: 0,
    missedFills: 0,
    anomalies: [],
    fallbacks: 0,
  }
  connector.on('anomaly', ({ code, message }) => counts.anomalies.push(`${code}: ${message}`))
  connector.on('reconciled', ({ missedFills }) => (counts.missedFills += missedFills.length))
  connector.on('feedSourceChanged', () => counts.fallbacks++)
  const closeEventFile = writeEvents(connector, eventFile)
  await startThroughFaults(connector)
  counts.adopted = [...connector.inFlightOrders.values()].filter((order) => order.isAdopted).length
  // Through faults it may never be ready for long; what it refuses meanwhile is counted.
  await connector.waitReady({ timeoutMs: READY_TIMEOUT_MS }).catch(() => undefined)
  const name = config.exchangeBackend
  const trading = new RandomTrading(connector, new SeededRandom(seed), counts)
  return { name, connector, counts, trading, closeEventFile }
}

/** What does not pass by itself on a real exchange may pass here, such as a login that a fault cut short. */
async function startThroughFaults(connector: QtxConnector): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await connector.start()
      return
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error
      process.stderr.write(`${connector.name} could not start, trying again: ${messageOf(error)}\n`)
      await sleep(500)
    }
  }
}

async function trade({ trading }: Desk, intervalMs: number): Promise<void> {
  while (!isFinishing) {
    trading.act()
    await sleep(intervalMs)
  }
}

/** Cancels what is open, waits until everything is decided, tells the account, and stops. */
async function close({ connector, trading, closeEventFile }: Desk): Promise<TraderEnd> {
  await trading.settled()
  const deadlineMs = performance.now() + SETTLE_TIMEOUT_MS
  while (connector.inFlightOrders.size > 0 && performance.now() < deadlineMs) {
    await connector.cancelAll({ timeoutMs: 5_000 })
    const left = [...connector.inFlightOrders.values()]
    if (left.every((order) => order.state === 'submitUnknown') && performance.now() > deadlineMs - 30_000)
      break
    await sleep(500)
  }
  await connector.waitReady({ timeoutMs: HEALED_TIMEOUT_MS }).catch((error: unknown) => {
    process.stderr.write(`${connector.name}: ${messageOf(error)}\n`)
  })
  // The balances come a moment after the fills.
  await sleep(6_000)
  const end: TraderEnd = {
    balance: connector.balance('USDT').toString(),
    positions: Object.fromEntries(
      [...connector.positions].map(([pair, { amount }]) => [pair, amount.toString()]),
    ),
    open: Object.fromEntries([...connector.inFlightOrders].map(([id, order]) => [id, order.state])),
  }
  await connector.stop()
  closeEventFile()
  return end
}

function countsOf(desks: readonly Desk[]): Record<string, LifeCounts> {
  return Object.fromEntries(desks.map(({ name, counts }) => [name, counts]))
}
