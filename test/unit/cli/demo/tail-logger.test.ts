import { expect, test } from 'vitest'
import { TailLogger } from '../../../../src/cli/demo/tail-logger.ts'
import { silentLogger } from '../../../../src/common/log.ts'
import { pageLogLine } from '../../../../src/dashboard/log-lines.ts'

test('the demo’s log names part and pair on the page, and keeps what is for developers from it', () => {
  const lines: string[] = []
  const logger = new TailLogger({ push: (line) => lines.push(line) }, silentLogger)
  logger.info({ pair: 'BTC-USDT' }, 'the book is live')
  logger.child({ component: 'feed' }).warn({ index: 7 }, 'it is silent')
  logger.debug({}, 'a detail')
  expect(lines.map(pageLogLine).map(({ level, text }) => [level, text])).toEqual([
    ['info', 'BTC-USDT: the book is live'],
    ['warn', 'feed: it is silent'],
  ])
})
