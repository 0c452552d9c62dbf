import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { printJson, printLine } from '../output.ts'

/** `qtx config check`: every problem of a configuration file, with its line and an example. */
export function registerConfig(program: Command): void {
  const config = program.command('config').description('configuration files')
  config
    .command('check')
    .description('explain every problem of a configuration file, with line and example')
    .argument('<file>', 'a YAML file, such as qtx.yaml')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExit codes: 0 it is valid, 4 it is not, or there is no such file.')
    .action(async (file: string, flags: { readonly json?: boolean }) => {
      process.exitCode = await checkConfig(file, flags.json ?? false)
    })
}

async function checkConfig(file: string, json: boolean): Promise<number> {
  const { checkConfigFile, describeProblem } = await import('../../config/config-file.ts')
  const { missingCredentials } = await import('../../qtx/configured-credentials.ts')
  const { config, problems: found, secretsFrom } = checkConfigFile(file)
  const missing = config ? missingCredentials(config) : []
  const problems = [
    ...found,
    ...missing.map((option) => ({
      option,
      line: 1,
      column: 1,
      message: `Trading on ${String(config?.exchangeBackend)} needs it; write ${option}: { env: NAME }, or tradingRequired: false.`,
    })),
  ]
  if (json) printJson({ file, valid: problems.length === 0, problems, secretsFrom })
  else if (problems.length > 0) for (const problem of problems) printLine(describeProblem(file, problem))
  else {
    printLine(
      `${file} is valid: ${String(config?.exchangeBackend)}, ${String(config?.tradingPairs.join(' '))}`,
    )
    for (const [option, from] of Object.entries(secretsFrom)) printLine(`${option} from ${from}`)
  }
  return problems.length === 0 ? EXIT.OK : EXIT.CONFIG
}
