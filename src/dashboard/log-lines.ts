import type { PageLogLine } from './page-frames.ts'

const LEVELS: Readonly<Record<number, PageLogLine['level']>> = {
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
}
const LONGEST_TEXT = 1_000

/** A line of the log, which is JSON, as the page shows it. What is no such line stays as it is. */
export function pageLogLine(json: string): PageLogLine {
  const { level, time, component, msg } = fieldsOf(json)
  if (typeof msg !== 'string') return { timeMs: 0, level: 'info', text: json.slice(0, LONGEST_TEXT) }
  const text = typeof component === 'string' ? `${component}: ${msg}` : msg
  return {
    timeMs: typeof time === 'number' && Number.isFinite(time) ? time : 0,
    level: LEVELS[Number(level)] ?? 'info',
    text: text.slice(0, LONGEST_TEXT),
  }
}

function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
