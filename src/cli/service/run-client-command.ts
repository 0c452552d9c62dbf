import { ControlClient } from '../../service/control-client.ts'
import { controlSocketPath } from '../../service/service-location.ts'
import { Interruption } from '../interruption.ts'
import { printJson, printLine } from '../output.ts'
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
export async function runClientCommand({ name, args, flags, usageError }: ClientRequest): Promise<number> {
  const socket = flags['socket'] as string | undefined
  using interruption = new Interruption()
  using client = await ControlClient.connect(
    controlSocketPath({ configFile: String(flags['config']), socket }),
  )
  const json = flags['json'] === true
  const code = await CLIENT_COMMANDS[name]({
    client,
    args,
    flags,
    json,
    signal: interruption.signal,
    usageError,
    print: (result, lines) => {
      const paint = painterFor(process.stdout)
      if (json) printJson(result)
      else for (const line of lines) printLine(toText(line, paint))
    },
  })
  return interruption.exitCode ?? code
}
