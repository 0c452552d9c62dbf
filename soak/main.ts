import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { QtxConnectorConfigInput } from '../src/config/connector-config.ts'
import { SeededRandom } from '../src/simulator/feed/seeded-random.ts'
import { audit } from './audit.ts'
import { printReport, type SoakReport } from './report.ts'
import { readSoakOptions, type SoakOptions } from './soak-options.ts'
import type { LifeCounts } from './trader-messages.ts'
import { TraderProcess } from './trader-process.ts'
import { Venue } from './venue.ts'

/** Of each exchange, about. */
const FAULT_EVERY_MS = 5_000
const STEP_MS = 50

const options = readSoakOptions(process.argv)
const folder = mkdtempSync(join(tmpdir(), 'qtx-soak-'))
const venues = await Promise.all(
  options.backends.map((backend, index) =>
    Venue.open(backend, options.seed + index, new SeededRandom(1_000 * options.seed + index)),
  ),
)
try {
  const report = await soak(options, venues, folder)
  printReport(report)
  if (options.reportFile !== undefined)
    writeFileSync(options.reportFile, JSON.stringify(report, undefined, 2))
  process.exitCode = report.exchanges.some(({ audit: { discrepancies } }) => discrepancies.length > 0) ? 1 : 0
} finally {
  await Promise.all(venues.map((venue) => venue[Symbol.asyncDispose]()))
  rmSync(folder, { recursive: true, force: true })
}

async function soak(plan: SoakOptions, exchanges: readonly Venue[], journals: string): Promise<SoakReport> {
  const random = new SeededRandom(plan.seed)
  const configs = exchanges.map((venue) => configOf(venue, journals))
  const orderIntervalMs = (60_000 * exchanges.length) / plan.ordersPerMinute
  const lives: Readonly<Record<string, LifeCounts>>[] = []
  const startedMs = performance.now()
  const elapsedMs = () => performance.now() - startedMs
  let nextFaultMs = FAULT_EVERY_MS
  let isFundingPaid = false
  let kills = 0
  let nextKillMs = Infinity
  let life = startLife()
  while (elapsedMs() < plan.durationMs) {
    await sleep(STEP_MS)
    if (elapsedMs() >= nextFaultMs) {
      exchanges[random.integer(exchanges.length)]!.injectFault()
      nextFaultMs = elapsedMs() + random.between(0.3, 1.7) * (FAULT_EVERY_MS / exchanges.length)
    }
    if (!isFundingPaid && elapsedMs() > plan.durationMs / 3) {
      isFundingPaid = true
      for (const venue of exchanges) venue.payFunding()
    }
    if (elapsedMs() < nextKillMs) continue
    await life.kill()
    kills++
    lives.push(life.counts)
    life = startLife()
  }
  for (const venue of exchanges) venue.heal()
  const ends = await life.finish()
  lives.push(life.counts)
  for (const venue of exchanges) venue.simulator.stopSource()
  const audits = await Promise.all(
    exchanges.map(async (venue, index) => ({
      backend: venue.backend,
      faults: venue.faults,
      audit: await audit(venue, configs[index]!, ends[venue.backend]!),
    })),
  )
  return { options: plan, durationMs: elapsedMs(), kills, lives, exchanges: audits }

  /** Mostly it is killed while it trades, sometimes while it starts. */
  function startLife(): TraderProcess {
    const process = new TraderProcess({ configs, seed: plan.seed + 100 * kills, orderIntervalMs })
    const livesMs = plan.killEveryMs * random.between(0.4, 1.6)
    nextKillMs = random.chance(0.2) ? elapsedMs() + livesMs : Infinity
    process
      .ready()
      .then(() => (nextKillMs = Math.min(nextKillMs, elapsedMs() + livesMs)))
      .catch(() => undefined)
    return process
  }
}

function configOf(venue: Venue, journals: string): QtxConnectorConfigInput {
  const { simulator, backend } = venue
  const { account } = simulator
  return {
    exchangeBackend: backend,
    qtxPerpetualHost: simulator.feed.host,
    qtxPerpetualPort: simulator.feed.port,
    qtxPlaceOrderSharedMemoryName: simulator.sharedMemoryName,
    exchangeApiKey: account.apiKey,
    exchangeApiSecret: account.apiSecret,
    exchangeApiPassphrase: account.passphrase,
    exchangeUserId: account.userId,
    exchangeEndpoints: simulator.exchangeEndpoints,
    tradingPairs: Object.keys(simulator.symbols),
    journal: { folder: join(journals, backend) },
    orderRoute: 'qtx-then-parent',
    feedFallback: 'websocket',
    feedFallbackAfterMs: 2_000,
    orderTimeoutMs: 1_500,
  }
}
