import type { QtxConnectorConfig } from '../../config/connector-config.ts'
import { EXIT } from '../exit-codes.ts'
import { printJson, printLine } from '../output.ts'
import { painterFor, span, toText, type Line } from '../terminal/line.ts'
import { skipped, type DoctorCheck } from './doctor-check.ts'
import { checkExchange } from './exchange-checks.ts'
import { checkFeed } from './feed-checks.ts'
import { checkHost } from './host-checks.ts'
import { checkRing } from './ring-checks.ts'

const SIGNS = {
  ok: { sign: '✓', format: 'green' },
  warning: { sign: '!', format: 'yellow' },
  failed: { sign: '✗', format: 'red' },
  skipped: { sign: '-', format: 'dim' },
} as const

/** Looks at everything that a connector with this configuration needs; resolves with the exit code. */
export async function runDoctor(config: QtxConnectorConfig, json: boolean): Promise<number> {
  const parts: readonly (() => Promise<readonly DoctorCheck[]> | readonly DoctorCheck[])[] = [
    checkHost,
    () => checkFeed(config),
    () =>
      config.tradingRequired
        ? checkRing(config)
        : [skipped('order ring', 'tradingRequired is false: nothing is traded')],
    () => checkExchange(config),
  ]
  const checks: DoctorCheck[] = []
  for (const part of parts) {
    const found = await part()
    checks.push(...found)
    if (!json) for (const check of found) printCheck(check)
  }
  const count = (verdict: DoctorCheck['verdict']) =>
    checks.filter((check) => check.verdict === verdict).length
  if (json) printJson({ checks })
  else printLine(`${count('ok')} ok, ${count('warning')} warnings, ${count('failed')} failed`)
  return checks.find((check) => check.verdict === 'failed')?.exitCode ?? EXIT.OK
}

function printCheck({ name, verdict, found, remedy }: DoctorCheck): void {
  const paint = painterFor(process.stdout)
  const { sign, format } = SIGNS[verdict]
  const line: Line = [span(`${sign} `, format), span(name.padEnd(34)), span(`  ${found}`)]
  printLine(toText(line, paint))
  if (remedy !== undefined) printLine(toText([span(`    ${remedy}`, 'dim')], paint))
}
