import { InvalidArgumentError, Option, type Command } from 'commander'
import { DEFAULT_SECONDS, LONGEST_SECONDS, QUICK_SECONDS, SHORTEST_SECONDS } from '../bench/bench-plan.ts'

interface BenchFlags {
  readonly seconds: number
  readonly quick?: boolean
  readonly json?: boolean
}

/** `qtx bench`: what the hot paths cost on this machine, and what to tune. */
export function registerBench(program: Command): void {
  program
    .command('bench')
    .description(
      'measure the hot paths on this machine, over the loopback, and say what to tune; needs no keys',
    )
    .option(
      '--seconds <number>',
      `how long to measure, ${SHORTEST_SECONDS} to ${LONGEST_SECONDS}`,
      parseSeconds,
      DEFAULT_SECONDS,
    )
    .addOption(
      new Option('--quick', `${QUICK_SECONDS} seconds: whether it works, and a first impression`).implies({
        seconds: QUICK_SECONDS,
      }),
    )
    .option('--json', 'print one JSON object at the end and nothing else')
    .addHelpText(
      'after',
      '\nExit codes: 0 everything was measured, whatever the advice says; 1 a part could not be; 130 after Ctrl-C.',
    )
    .action(async ({ seconds, json = false }: BenchFlags) => {
      const { runBench } = await import('../bench/run-bench.ts')
      const { debug = false } = program.opts<{ debug?: boolean }>()
      process.exitCode = await runBench({ seconds, json, debug })
    })
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds
  throw new InvalidArgumentError(`expected seconds, ${SHORTEST_SECONDS} to ${LONGEST_SECONDS}.`)
}
