import type { ControlClient } from '../../service/control-client.ts'
import type { Line } from '../terminal/line.ts'

/** What a client command works with. */
export interface ClientRun {
  readonly client: ControlClient
  /** As the command line's own parsers read them. */
  readonly args: readonly (string | number | undefined)[]
  readonly flags: Readonly<Record<string, unknown>>
  readonly json: boolean
  /** Aborts at Ctrl-C and when the reader of the output goes away. */
  readonly signal: AbortSignal
  /** Ends the command as one that was written wrongly. */
  readonly usageError: (message: string) => never
  /** The result: as JSON, or as lines for people. */
  print(result: unknown, lines: readonly Line[]): void
}

/** A client command: resolves with its exit code. */
export type ClientCommand = (run: ClientRun) => Promise<number>
