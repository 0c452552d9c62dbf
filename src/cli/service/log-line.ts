import { readLogRecord } from '../../service/log-record.ts'
import { span, type Format, type Line } from '../terminal/line.ts'

const FORMATS = { debug: 'dim', info: 'green', warn: 'yellow', error: 'red' } as const satisfies Record<
  string,
  Format
>

/** A line of the log for people: time, level, what it is about, sentence. What is no such line stays as it is. */
export function logLine(json: string): Line {
  const record = readLogRecord(json)
  if (!record) return [span(json)]
  const { level, timeMs, subjects, sentence } = record
  const at = timeMs === undefined ? '' : new Date(timeMs).toISOString().slice(11, 23)
  return [
    span(`${at} `, 'dim'),
    span(`${level.padEnd(5)} `, FORMATS[level]),
    span(subjects.map((subject) => `${subject}: `).join(''), 'dim'),
    span(sentence),
  ]
}
