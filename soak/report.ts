import type { Audit } from './audit.ts'
import type { SoakOptions } from './soak-options.ts'
import type { LifeCounts } from './trader-messages.ts'

/** What was done, and what was found. */
export interface SoakReport {
  readonly options: SoakOptions
  readonly durationMs: number
  /** For how long of that a trader was ready. */
  readonly tradedMs: number
  /** Of each life, several times a second, from its start. */
  readonly memoryMb: readonly (readonly number[])[]
  /** How often the trader's process was killed. */
  readonly kills: number
  /** Of each life, by exchange. */
  readonly lives: readonly Readonly<Record<string, LifeCounts>>[]
  readonly exchanges: readonly {
    readonly backend: string
    readonly faults: Readonly<Record<string, number>>
    readonly audit: Audit
  }[]
}

const SHOWN = 10

/** Prints it for people. */
export function printReport(report: SoakReport): void {
  const { options, durationMs, tradedMs, kills, lives, memoryMb, exchanges } = report
  const line = (text = '') => process.stdout.write(`${text}\n`)
  line(
    `soak: ${exchanges.length} exchanges, ${(durationMs / 1_000).toFixed(0)} s, ${(tradedMs / 1_000).toFixed(0)} s of it trading, seed ${options.seed}, ${kills} times kill -9`,
  )
  line(`memory of the trader: ${memoryOf(memoryMb)}`)
  for (const { backend, faults, audit } of exchanges) {
    const counts = lives.map((life) => life[backend]).filter((life) => life !== undefined)
    const total = (count: (life: LifeCounts) => number) => counts.reduce((sum, life) => sum + count(life), 0)
    line()
    line(backend)
    line(
      `  orders  ${audit.orders} on record (${entries(audit.ends)}), ${audit.fills} fills, ${audit.fundingPayments} funding payments`,
    )
    line(
      `  lives   ${total((life) => life.adopted)} orders taken over, ${total((life) => life.missedFills)} missed fills found, wishes refused: ${entries(refusals(counts)) || 'none'}, ${total((life) => life.fallbacks)} changes of the feed's source`,
    )
    line(`  events  ${audit.events.told} told, of ${audit.events.cutOff} orders not all because of a kill`)
    line(`  faults  ${entries(faults)}`)
    for (const anomaly of counts.flatMap((life) => life.anomalies).slice(0, SHOWN))
      line(`  anomaly ${anomaly}`)
    for (const [why, count] of Object.entries(audit.neverArrived)) {
      line(`  unknown ${count}, which the exchange's record shows never to have arrived: ${why}`)
    }
    for (const discrepancy of audit.discrepancies.slice(0, SHOWN)) line(`  WRONG   ${discrepancy}`)
    if (audit.discrepancies.length > SHOWN) line(`  WRONG   and ${audit.discrepancies.length - SHOWN} more`)
  }
  const wrong = exchanges.reduce((sum, { audit }) => sum + audit.discrepancies.length, 0)
  const orders = exchanges.reduce((sum, { audit }) => sum + audit.orders, 0)
  const fills = exchanges.reduce((sum, { audit }) => sum + audit.fills, 0)
  line()
  line(
    wrong === 0
      ? `the exchanges' own record and the journal agree on all ${orders} orders and ${fills} fills, their fees, the funding, the positions and the balances`
      : `${wrong} discrepancies`,
  )
}

/** Of the longest life: after its first tenth, when everything is loaded, and at its end. */
function memoryOf(lives: SoakReport['memoryMb']): string {
  const longest = lives.reduce((best, each) => (each.length > best.length ? each : best), [])
  const early = longest[Math.floor(longest.length / 10)] ?? 0
  return `${early.toFixed(0)} MB early in the longest life, ${(longest.at(-1) ?? 0).toFixed(0)} MB at its end`
}

function refusals(lives: readonly LifeCounts[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { refused } of lives) {
    for (const [why, count] of Object.entries(refused)) sums[why] = (sums[why] ?? 0) + count
  }
  return sums
}

function entries(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
