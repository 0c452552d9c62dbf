import { readLogRecord } from '../service/log-record.ts'
import type { PageLogLine } from './page-frames.ts'

const LONGEST_TEXT = 1_000

/** A line of the log as the page shows it. What is no such line stays as it is. */
export function pageLogLine(json: string): PageLogLine {
  const record = readLogRecord(json)
  if (!record) return { timeMs: 0, level: 'info', text: json.slice(0, LONGEST_TEXT) }
  const { level, timeMs = 0, subjects, sentence } = record
  return { level, timeMs, text: [...subjects, sentence].join(': ').slice(0, LONGEST_TEXT) }
}
