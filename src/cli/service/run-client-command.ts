import { ControlClient } from '../../service/control-client.ts'
import { controlSocketPath } from '../../service/service-location.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { printError, printJson, printLine } from '../output.ts'
import { painterFor, toText } from '../terminal/line.ts'
import type { ClientRun } from './client-run.ts'
import { CLIENT_COMMANDS, type ClientCommandName } from './client-commands.ts'

export interface ClientRequest {
  readonly name: ClientCommandName
  readonly args: ClientRun['args']
  readonly flags: Readonly<Record<string, unknown>>
  readonly usageError: (message: string) => never
}

/** Connects to the service, runs the command, and resolves with the exit code. @throws QtxError what it fails with. */
export async function runClientCommand(request: ClientRequest): Promise<number> {
  using interruption = new Interruption()
  try {
    const code = await run(request, interruption.signal)
    return code === EXIT.OUTCOME_UNKNOWN ? code : (interruption.exitCode ?? code)
  } catch (error) {
    // What may have been sent is told whatever ended the command.
    const isUnknown = exitCodeOf(error) === EXIT.OUTCOME_UNKNOWN
    if (isUnknown || interruption.exitCode === undefined) throw error
    printError(error, false)
    return interruption.exitCode
  }
}

async function run(request: ClientRequest, signal: AbortSignal): Promise<number> {
  const { name, args, flags, usageError } = request
  const socket = flags['socket'] as string | undefined
  using client = await ControlClient.connect(
    controlSocketPath({ configFile: String(flags['config']), socket }),
  )
  const json = flags['json'] === true
  // The connection is closed only when the command is done.
  return await CLIENT_COMMANDS[name]({
    client,
    args,
    flags,
    json,
    signal,
    usageError,
    print: (result, lines) => {
      const paint = painterFor(process.stdout)
      if (json) printJson(result)
      else for (const line of lines) printLine(toText(line, paint))
    },
  })
}
