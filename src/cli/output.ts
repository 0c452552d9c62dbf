import { messageOf } from '../errors.ts'
import { printable } from './terminal/line.ts'

/** One line on standard output. */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** One JSON object on standard output, on one line. */
export function printJson(value: unknown): void {
  printLine(JSON.stringify(value))
}

/** `qtx: <what failed, the value, what to do>` on standard error, on one line; with `debug` the stack as well. */
export function printError(error: unknown, isDebug: boolean): void {
  process.stderr.write(`${errorLine(messageOf(error))}\n`)
  if (!isDebug || !(error instanceof Error)) return
  process.stderr.write(`${error.stack ?? ''}\n`)
  if (error.cause !== undefined) process.stderr.write(`caused by ${describeCause(error.cause)}\n`)
}

/** The message as the one line that `printError` prints. */
export function errorLine(message: string): string {
  const text = printable(message.trim().replace(/\s*[\r\n]+\s*/g, ' '))
  return `qtx: ${text.replace(/^error: /, '')}`
}

/**
 * Whether a live view can be drawn: standard output is a terminal that moves its cursor, and nothing else writes on it.
 */
export function canDrawLive(options: { readonly json: boolean; readonly debug: boolean }): boolean {
  if (options.json || !process.stdout.isTTY || process.env['TERM'] === 'dumb') return false
  return !(options.debug && process.stderr.isTTY)
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : messageOf(cause)
}
