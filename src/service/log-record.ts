/** What a line of the log says, for people. */
export interface LogRecord {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** Milliseconds since 1970; undefined where the line does not say it. */
  readonly timeMs: number | undefined
  /** The part and the pair that it is about, as far as the sentence does not name them itself. */
  readonly subjects: readonly string[]
  readonly sentence: string
}

/** What a `Date` can hold. */
const LATEST_MS = 8.64e15
const LEVELS: Readonly<Record<number, LogRecord['level']>> = {
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
}

/** Reads a line of the log, which is JSON; undefined for what is no such line. */
export function readLogRecord(json: string): LogRecord | undefined {
  const { level, time, component, pair, msg } = fieldsOf(json)
  if (typeof msg !== 'string') return undefined
  return {
    level: LEVELS[Number(level)] ?? 'info',
    timeMs: typeof time === 'number' && Math.abs(time) <= LATEST_MS ? time : undefined,
    subjects: [component, pair]
      .filter((each) => typeof each === 'string')
      .filter((each) => !msg.includes(each)),
    sentence: msg,
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
