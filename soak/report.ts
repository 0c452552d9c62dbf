import type { Audit } from './audit.ts'
import type { SoakOptions } from './soak-options.ts'
import type { LifeCounts } from './trader-messages.ts'

/** What was done, and what was found. */
export interface SoakReport {
  readonly options: SoakOptions
  readonly durationMs: number
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
  const { options, durationMs, kills, lives, exchanges } = report
  const line = (text = '') => process.stdout.write(`${text}\n`)
  line(
    `soak: ${exchanges.length} exchanges, ${(durationMs / 1_000).toFixed(0)} s, seed ${options.seed}, ${kills} times kill -9`,
  )
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
    line(`  faults  ${entries(faults)}`)
    for (const anomaly of counts.flatMap((life) => life.anomalies).slice(0, SHOWN))
      line(`  anomaly ${anomaly}`)
    if (audit.neverArrived > 0) {
      line(
        `  unknown ${audit.neverArrived} orders, of which the exchange's record shows that they never arrived`,
      )
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
