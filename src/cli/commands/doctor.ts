import type { Command } from 'commander'

/** `qtx doctor`: what a connector with a configuration needs, checked piece by piece, each with what to do. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check the host, the QTX server, the order ring and the exchange account; sends no order')
    .argument('<file>', 'a configuration file, such as qtx.yaml')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing failed, else that of the first failure: 3 not running, 4 configuration, 5 unreachable.',
    )
    .action(async (file: string, flags: { readonly json?: boolean }) => {
      const { loadConnectorConfig } = await import('../../config/load-config.ts')
      const { runDoctor } = await import('../doctor/run-doctor.ts')
      process.exitCode = await runDoctor(await loadConnectorConfig(file), flags.json ?? false)
    })
}
