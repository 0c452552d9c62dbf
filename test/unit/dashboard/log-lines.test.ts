import { expect, test } from 'vitest'
import { createLogger } from '../../../src/common/log.ts'
import { pageLogLine } from '../../../src/dashboard/log-lines.ts'
import fc from '../../support/seeded-fast-check.ts'

test('a line of the log has its time, level, part and sentence', () => {
  const lines: string[] = []
  createLogger('debug', (line) => lines.push(line))
    .child({ component: 'feed' })
    .warn({ index: 1 }, 'it is silent')
  expect(pageLogLine(lines[0]!)).toEqual({
    timeMs: expect.any(Number) as number,
    level: 'warn',
    text: 'feed: it is silent',
  })
})

test('whatever the line is, something short is shown', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.constant('x'.repeat(9_999))), (line) => {
      const { timeMs, text, level } = pageLogLine(line)
      expect(Number.isFinite(timeMs)).toBe(true)
      expect(text.length).toBeLessThanOrEqual(1_000)
      expect(['debug', 'info', 'warn', 'error']).toContain(level)
    }),
  )
})
