import { expect, test } from 'vitest'
import { FeedPool } from '../../../../src/qtx/feed/feed-pool.ts'

const OPTIONS = { host: '127.0.0.1', port: 8080, exchangeBackend: 'binance' } as const

test('Q18: the same endpoint is shared, another host, port, group or spelling is another feed', async () => {
  const pool = new FeedPool()
  const first = pool.acquire(OPTIONS)
  expect(pool.acquire({ ...OPTIONS }).manager).toBe(first.manager)
  const others = [
    { host: '127.0.0.2' },
    { port: 8081 },
    { multicastGroup: '239.1.1.1' },
    { qtxSymbols: { 'BTC-USDT': 'binance-futures:xbt' } },
    { silenceMs: 100 },
  ].map((difference) => pool.acquire({ ...OPTIONS, ...difference }).manager)
  expect(new Set([first.manager, ...others]).size).toBe(6)
  await first.release()
})

test('the order of the spelled symbols does not matter', () => {
  const pool = new FeedPool()
  const a = pool.acquire({ ...OPTIONS, qtxSymbols: { 'A-B': 'x:ab', 'C-D': 'x:cd' } })
  const b = pool.acquire({ ...OPTIONS, qtxSymbols: { 'C-D': 'x:cd', 'A-B': 'x:ab' } })
  expect(a.manager).toBe(b.manager)
})

test('Q20: the feed stops when the last user has released it, and releasing twice counts once', async () => {
  const pool = new FeedPool()
  const [first, second] = [pool.acquire(OPTIONS), pool.acquire(OPTIONS)]
  await first.manager.start()
  await first.release()
  await first.release()
  expect(second.manager.getStatistics().state).toBe('open')
  await second.release()
  expect(second.manager.getStatistics().state).toBe('stopped')
  expect(pool.size).toBe(0)
  expect(pool.acquire(OPTIONS).manager).not.toBe(first.manager)
})

test('two pools share nothing', () => {
  expect(new FeedPool().acquire(OPTIONS).manager).not.toBe(new FeedPool().acquire(OPTIONS).manager)
})

test.each([{ port: 0 }, { port: 70_000 }, { silenceMs: 1.5 }, { queueCapacity: 0 }, { host: ' ' }])(
  'impossible options %j are refused at once, by name',
  (wrong) => {
    const acquire = () => new FeedPool().acquire({ ...OPTIONS, ...wrong })
    expect(acquire).toThrow(expect.objectContaining({ code: 'QTX_CONFIG_INVALID' }))
  },
)
