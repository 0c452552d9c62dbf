import { expect, test } from 'vitest'
import { logLine } from '../../../../src/cli/service/log-line.ts'
import { plainPaint, toText } from '../../../../src/cli/terminal/line.ts'

const text = (json: string): string => toText(logLine(json), plainPaint)

test('a line of the log is told with its time, level, part and sentence', () => {
  const line = { level: 40, time: Date.UTC(2026, 10, 22, 1, 2, 3, 4), component: 'feed', msg: 'it is silent' }
  expect(text(JSON.stringify(line))).toBe('01:02:03.004 warn  feed: it is silent')
})

test('the pair is named where the sentence does not, and a time that is none is left out', () => {
  const about = { level: 30, time: 1e300, pair: 'BTC-USDT' }
  expect(text(JSON.stringify({ ...about, msg: 'the book is live' }))).toBe(
    ' info  BTC-USDT: the book is live',
  )
  expect(text(JSON.stringify({ ...about, msg: 'BTC-USDT is live' }))).toBe(' info  BTC-USDT is live')
})

test.each(['not json', '[1]', '{"level":30}', 'null'])('%s stays as it is', (line) => {
  expect(text(line)).toBe(line)
})

test('what would move the cursor is made visible', () => {
  expect(text(JSON.stringify({ level: 30, msg: 'a\u001b[2Jb' }))).toBe(' info  a·[2Jb')
})
