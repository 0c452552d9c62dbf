import type { PageLogLine } from '../../../src/dashboard/page-frames.ts'
import type { Numbered } from './tail.ts'

export type LogLevel = PageLogLine['level']

/** The least important first. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** Lines that are drawn at most: nobody reads more, and each costs. */
const SHOWN = 300

export function isLogLevel(text: string): text is LogLevel {
  return LOG_LEVELS.some((level) => level === text)
}

/** The newest lines of a level or a more important one, oldest first. */
export function linesFrom(
  lines: readonly Numbered<PageLogLine>[],
  least: LogLevel,
): readonly Numbered<PageLogLine>[] {
  const from = LOG_LEVELS.indexOf(least)
  return lines.filter(({ item }) => LOG_LEVELS.indexOf(item.level) >= from).slice(-SHOWN)
}
