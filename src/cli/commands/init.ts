import type { Command } from 'commander'
import type { InitFlags } from '../init/collect-answers.ts'

interface Flags extends InitFlags {
  readonly yes?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

/** `qtx init`: asks, and writes a commented configuration file. */
export function registerInit(program: Command): void {
  program
    .command('init')
    .description('ask what a connector has to know, and write a commented configuration file')
    .argument('[file]', 'the file to write', 'qtx.yaml')
    .option('--exchange <name>', 'binance, okx, bybit, bitget, kucoin, gate_io or blofin')
    .option('--host <address>', 'IP address or host name of the QTX server')
    .option('--port <port>', 'its UDP port (default: 8080)')
    .option('--pairs <pair...>', 'pairs to trade and to watch, such as BTC-USDT ETH-USDT')
    .option('--market-data-only', 'no keys, no orders')
    .option('--no-market-data-only', 'trade as well (default)')
    .option('--shared-memory <name>', 'the order manager’s shared memory, such as /place_order_x')
    .option('--no-shared-memory', 'orders go by the exchange’s REST API (default)')
    .option(
      '--key <place>',
      'where the API key is kept: env:NAME or file:PATH (default: env:<EXCHANGE>_API_KEY)',
    )
    .option('--secret <place>', 'where the API secret is kept (default: env:<EXCHANGE>_API_SECRET)')
    .option('--passphrase <place>', 'where the passphrase is kept (default: env:<EXCHANGE>_API_PASSPHRASE)')
    .option('--user-id <id>', 'the account’s user id, for Gate.io')
    .option('--journal <folder>', 'put every order on record there (default: ./journal/<exchange>)')
    .option('--no-journal', 'keep no record')
    .option('--feed-fallback', 'the exchange’s own stream takes over while QTX’s is silent (default)')
    .option('--no-feed-fallback', 'it does not')
    .option('--rest-url <url>', 'where the exchange’s REST API is reached instead: a testnet, the simulator')
    .option('--websocket-url <url>', 'the same for its websockets')
    .option('-y, --yes', 'agree to every proposal, and ask nothing')
    .option('--force', 'overwrite the file')
    .option('--json', 'print one JSON object, and ask nothing')
    .addHelpText(
      'after',
      '\nWithout a terminal nothing is asked. Exit codes: 0 written, 4 an answer is wrong or missing or the file exists, 130 called off.',
    )
    .action(async (file: string, { yes = false, force = false, json = false, ...flags }: Flags) => {
      const { runInit } = await import('../init/run-init.ts')
      process.exitCode = await runInit({ file, flags, takesProposals: yes, mayOverwrite: force, json })
    })
}
