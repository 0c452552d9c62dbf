import { Command, CommanderError } from 'commander'
import { registerBench } from './commands/bench.ts'
import { registerConfig } from './commands/config.ts'
import { registerDoctor } from './commands/doctor.ts'
import { registerDemo } from './commands/demo.ts'
import { registerHistory } from './commands/history.ts'
import { registerInit } from './commands/init.ts'
import { registerRecording } from './commands/recording.ts'
import { registerRun } from './commands/run.ts'
import { registerService } from './commands/service.ts'
import { registerSimulate } from './commands/simulate.ts'
import { registerWatch } from './commands/watch.ts'
import { EXIT, EXIT_CODES_HELP, exitCodeOf } from './exit-codes.ts'
import { errorLine, printError } from './output.ts'
import { packageVersion } from './package-version.ts'

/** The command line: every command is registered here, and loads what it needs when it runs. */
export function createProgram(): Command {
  const program = new Command('qtx')
    .description(
      'QTX market data over UDP and orders through shared memory, as a perpetual-futures connector',
    )
    .version(packageVersion(), '--version', 'print the version')
    .option('--debug', 'log to standard error, and show the stack of an error')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', `\n${EXIT_CODES_HELP}\nBegin with: qtx demo`)
    .exitOverride()
  program.configureOutput({ outputError: writeUsageError(program) })
  registerDemo(program)
  registerWatch(program)
  registerSimulate(program)
  registerInit(program)
  registerService(program)
  registerRun(program)
  registerConfig(program)
  registerDoctor(program)
  registerBench(program)
  registerHistory(program)
  registerRecording(program)
  for (const command of program.commands) {
    command.configureOutput({ outputError: writeUsageError(command) })
  }
  return program
}

/** Runs the command line and resolves with the exit code; every error is printed. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const program = createProgram()
  try {
    await program.parseAsync(argv)
    return Number(process.exitCode ?? EXIT.OK)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE
    printError(error, program.opts<{ debug?: boolean }>().debug ?? false)
    return exitCodeOf(error)
  }
}

function writeUsageError(command: Command): (text: string, write: (text: string) => void) => void {
  const name = command.parent ? `${command.parent.name()} ${command.name()}` : command.name()
  return (text, write) => write(`${errorLine(text).replace(/\.$/, '')}; see ${name} --help\n`)
}
