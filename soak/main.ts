import { writeFileSync } from 'node:fs'
import { printReport } from './report.ts'
import { readSoakOptions } from './soak-options.ts'
import { SoakRun } from './soak-run.ts'

const EXIT_INTERRUPTED = 130

const options = readSoakOptions(process.argv)
const interrupted = new Promise<undefined>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(undefined))
})
const soak = new SoakRun(options)
try {
  const running = soak.run()
  // What fails because it was interrupted is no news.
  running.catch(() => undefined)
  const report = await Promise.race([running, interrupted])
  if (report === undefined) {
    process.stderr.write('soak: interrupted, nothing was compared\n')
    process.exitCode = EXIT_INTERRUPTED
  } else {
    printReport(report)
    if (options.reportFile !== undefined)
      writeFileSync(options.reportFile, JSON.stringify(report, undefined, 2))
    const isWrong = report.exchanges.some(({ audit: { discrepancies } }) => discrepancies.length > 0)
    process.exitCode = isWrong ? 1 : 0
  }
} finally {
  await soak[Symbol.asyncDispose]()
}
// A run that was interrupted may still wait for something.
if (process.exitCode === EXIT_INTERRUPTED) process.exit()
