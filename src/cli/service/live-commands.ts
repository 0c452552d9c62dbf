import type { StreamInput, StreamItem } from '../../service/service-methods.ts'
import { EXIT } from '../exit-codes.ts'
import { canDrawLive, printJson, printLine } from '../output.ts'
import { painterFor, toText, type Line } from '../terminal/line.ts'
import { LiveScreen } from '../terminal/live-screen.ts'
import type { ClientRun } from './client-run.ts'
import { logLine } from './log-line.ts'

type LiveStream = 'status-live' | 'order-book-live'

/** Shows the newest sample: drawn on a terminal, one JSON object a line, or one text after the other. */
export async function followLive<Name extends LiveStream>(
  run: ClientRun,
  stream: Name,
  params: StreamInput<Name>,
  lines: (item: StreamItem<Name>) => readonly Line[],
): Promise<number> {
  const quit = new AbortController()
  const signal = AbortSignal.any([run.signal, quit.signal])
  const isDrawn = canDrawLive({ json: run.json, debug: false })
  using screen = new LiveScreen(process.stdin, process.stdout, () => quit.abort())
  if (isDrawn) screen.open()
  const paint = painterFor(process.stdout)
  await run.client.follow(stream, params, {
    signal,
    onItem: (item) => {
      if (isDrawn) screen.draw(lines(item).map((line) => toText(line, paint)))
      else run.print(item, lines(item))
    },
  })
  return EXIT.OK
}

/** `qtx logs`. */
export async function showLogs({ client, flags, json, signal }: ClientRun): Promise<number> {
  const { lines } = await client.call('logs', { count: lineCount(flags) }, { signal })
  for (const line of lines) printLog(line, json)
  return EXIT.OK
}

/** `qtx logs -f`. */
export async function followLogs({ client, flags, json, signal }: ClientRun): Promise<number> {
  await client.follow(
    'logs-live',
    { count: lineCount(flags) },
    {
      signal,
      onItem: ({ lines, missed }) => {
        if (missed > 0) {
          if (json) printJson({ missed })
          else printLine(`… ${missed} lines were missed`)
        }
        for (const line of lines) printLog(line, json)
      },
    },
  )
  return EXIT.OK
}

function lineCount(flags: ClientRun['flags']): number {
  return Math.min(500, Number(flags['lines']))
}

function printLog(line: string, json: boolean): void {
  printLine(json ? line : toText(logLine(line), painterFor(process.stdout)))
}
