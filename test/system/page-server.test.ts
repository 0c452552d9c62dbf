import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { SystemClock, type Clock } from '../../src/common/clock.ts'
import { loadConnectorConfig } from '../../src/config/load-config.ts'
import { SECRET_OPTIONS } from '../../src/config/secret-reference.ts'
import { STUCK_MS } from '../../src/dashboard/frame-pace.ts'
import { FRAME_MS } from '../../src/dashboard/page-frames.ts'
import { Page } from '../../src/dashboard/page.ts'
import type { QtxConnector } from '../../src/qtx/connector-protocol.ts'
import { runService } from '../../src/service/run-service.ts'
import { SecretScrubber } from '../../src/service/secret-scrubber.ts'
import type { ServiceContext } from '../../src/service/service-context.ts'
import { ServiceLog } from '../../src/service/service-log.ts'
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { PageReader } from '../support/page-reader.ts'
import { ServiceFiles } from '../support/service-files.ts'

const PAIRS = ['BTC-USDT', 'ETH-USDT']
const TOKEN = 'a-token-of-enough-characters'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Running {
  readonly simulator: Simulator
  readonly connector: QtxConnector
  readonly log: ServiceLog
  readonly url: string
  readonly read: (...options: readonly Parameters<typeof PageReader.open>[1][]) => Promise<PageReader>
}

interface Wanted {
  readonly canControl?: boolean
  readonly token?: string
  readonly clock?: Clock
}

/** A service with the page, in this process, connected to a simulator. */
async function startPage({
  canControl = false,
  token,
  clock = new SystemClock(),
}: Wanted = {}): Promise<Running> {
  const simulator = await startSimulator({ pairs: PAIRS, source: { kind: 'model', messagesPerSecond: 60 } })
  closing.push(() => simulator.close())
  const files = new ServiceFiles()
  closing.push(() => files[Symbol.dispose]())
  files.configure(simulator, { tradingPairs: PAIRS, journal: { folder: join(files.folder, 'journal') } })
  const config = await loadConnectorConfig(files.configFile)
  const scrubber = new SecretScrubber([...SECRET_OPTIONS.map((option) => config[option]), token])
  const log = new ServiceLog({ level: 'info', clock: new SystemClock(), scrubber, write: () => undefined })
  closing.push(() => log[Symbol.dispose]())
  const end = new AbortController()
  const page = new Page({ version: '1.2.3', canControl, clock, logger: log.logger, scrubber })
  const context = await new Promise<ServiceContext>((resolve, reject) => {
    const running = runService(config, {
      configFile: files.configFile,
      socketPath: files.socketPath,
      http: { host: '127.0.0.1', port: 0, token },
      page,
      log,
      scrubber,
      signal: end.signal,
      onOpen: resolve,
    })
    running.catch(reject)
    closing.push(() => {
      end.abort()
      return running
    })
  })
  await context.connector.waitReady({ timeoutMs: 60_000 })
  const url = String(context.httpUrl)
  return {
    simulator,
    connector: context.connector,
    log,
    url,
    read: async (options) => {
      const reader = await PageReader.open(url, options)
      closing.push(() => reader.close())
      return reader
    },
  }
}

describe('the page of a running service', () => {
  test('shows what the simulator did: book, trades, order, fill, position, profit, latencies, log', async () => {
    const { connector, log, read } = await startPage()
    const page = await read()
    expect(await page.hello()).toMatchObject({
      name: connector.name,
      exchange: 'binance',
      version: '1.2.3',
      canControl: false,
      pairs: [
        { pair: 'BTC-USDT', priceDecimals: 1, amountDecimals: 3 },
        { pair: 'ETH-USDT', priceDecimals: 2, amountDecimals: 3 },
      ],
    })

    const whole = await page.frame(
      ({ selected }) =>
        JSON.stringify([selected?.bids, selected?.asks]) ===
        JSON.stringify([
          connector.orderBook('BTC-USDT').bids(100),
          connector.orderBook('BTC-USDT').asks(100),
        ]),
    )
    expect(whole.selected?.pair).toBe('BTC-USDT')
    expect(whole.selected?.bids.length).toBeGreaterThan(5)
    const { selected } = await page.frame(({ selected }) => (selected?.trades.length ?? 0) > 1)
    const times = selected!.trades.map(({ timeMs }) => timeMs)
    expect(times).toEqual(times.toSorted((a, b) => b - a))

    const resting = connector.buy('BTC-USDT', '0.01', 'limit', '50000')
    const bought = connector.buy('BTC-USDT', '0.02', 'market')
    log.logger.warn({}, 'a line of this test')
    const filled = await page.until((message) => {
      if (message.kind !== 'frame' || message.positions.length === 0) return undefined
      return message
    })
    const fills = await page.until((message) =>
      message.kind === 'frame' && message.fills.length > 0 ? message.fills : undefined,
    )
    expect(fills[0]).toMatchObject({ pair: 'BTC-USDT', side: 'buy', clientOrderId: bought })
    expect(fills[0]?.fee).toMatch(/^0\.\d+ USDT$/)
    expect(filled.positions).toMatchObject([{ pair: 'BTC-USDT', amount: '0.02' }])
    expect(filled.checks['orderRing']).toMatchObject({ ok: true })
    expect(filled.circuits).toEqual({ orderManager: 'closed', rest: 'closed', privateStream: 'closed' })
    expect(filled.orderRoute).toBe('qtx')
    expect(filled.ring).toMatchObject({ state: 'connected', timeouts: 0, slots: 99 })
    expect(filled.feed).toMatchObject({ state: 'open', queues: [] })

    const last = await page.frame(({ orders, profit }) => orders[0]?.state === 'open' && profit.length > 0)
    expect(last.orders).toMatchObject([{ clientOrderId: resting, price: '50000', state: 'open' }])
    expect(last.pairs).toMatchObject([
      { pair: 'BTC-USDT', bookState: 'live', source: 'udp', feedState: 'active' },
      { pair: 'ETH-USDT', bookState: 'live' },
    ])
    const [profit] = last.profit
    expect(profit).toMatchObject({ pair: 'BTC-USDT', asset: 'USDT', realized: '0', funding: '0' })
    expect(Number(profit?.net)).toBeCloseTo(Number(profit?.unrealized) - Number(profit?.fees), 9)
    expect(last.balances).toMatchObject([{ asset: 'USDT' }])
    expect(last.latencies.orderToAnswer.samples).toBeGreaterThanOrEqual(2)
    const { feedToBook } = last.latencies
    expect(feedToBook.samples).toBeGreaterThan(0)
    expect(feedToBook.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(feedToBook.samples)
    const line = await page.until((message) =>
      message.kind === 'frame' ? message.log.find(({ text }) => text === 'a line of this test') : undefined,
    )
    expect(line.level).toBe('warn')

    const later = await read()
    const { fills: before, history } = await later.hello()
    expect(before.map(({ clientOrderId }) => clientOrderId)).toEqual(
      fills.map(({ clientOrderId }) => clientOrderId),
    )
    expect(history.timesMs.length).toBeGreaterThan(0)
    for (const row of [
      history.messagesPerSecond,
      history.midPrices['ETH-USDT'],
      history.latencies.feedToBook.p99,
    ])
      expect(row).toHaveLength(history.timesMs.length)
    expect(history.midPrices['BTC-USDT']?.at(-1)).toBeGreaterThan(1_000)
  })

  test('another pair is shown when it is selected, and only to who selected it', async () => {
    const { read } = await startPage()
    const [one, other] = [await read(), await read()]
    one.send({ kind: 'select', pair: 'ETH-USDT' })
    await one.frame(({ selected }) => selected?.pair === 'ETH-USDT')
    one.send({ kind: 'select', pair: 'NOPE-USDT' })
    expect((await one.frame()).selected?.pair).toBe('ETH-USDT')
    expect((await other.frame()).selected?.pair).toBe('BTC-USDT')
  })

  test('no secret is in anything that a page is told, wherever it was planted', async () => {
    const { simulator, connector, log, read, url } = await startPage()
    const { apiKey, apiSecret, passphrase } = simulator.account
    const secrets = [apiKey, apiSecret, String(passphrase)]
    const page = await read()
    for (const secret of secrets)
      log.logger.error({ note: secret }, `planted ${secret}, and signature=${secret}`)
    await page.until((message) =>
      message.kind === 'frame' ? message.log.find(({ text }) => text.startsWith('planted')) : undefined,
    )
    page.send({ kind: 'action', id: 1, action: 'cancel', clientOrderId: apiSecret.slice(0, 64) })
    await page.reply(1)
    const again = await read()
    await again.hello()
    await again.frame()
    const told = [...page.texts, ...again.texts, await (await fetch(`${url}/ready`)).text()].join('\n')
    expect(told).toContain('planted [redacted]')
    for (const secret of secrets) expect(told).not.toContain(secret)
    expect(connector.inFlightOrders.size).toBe(0)
  })

  test('without --control an action is refused, with what to do; nothing is sent', async () => {
    const { connector, read } = await startPage()
    connector.buy('BTC-USDT', '0.01', 'limit', '50000')
    const page = await read()
    await page.frame(({ orders }) => orders[0]?.state === 'open')
    page.send({ kind: 'action', id: 7, action: 'cancelAll' })
    const reply = await page.reply(7)
    expect(reply.ok).toBe(false)
    expect(reply.text).toContain('qtx start --control')
    expect((await page.frame()).orders).toHaveLength(1)
  })

  test('with --control orders are canceled and positions closed, and the reply says what became of it', async () => {
    const { connector, read } = await startPage({ canControl: true })
    const page = await read()
    expect((await page.hello()).canControl).toBe(true)
    const ids = ['50000', '49000', '48000'].map((price) => connector.buy('BTC-USDT', '0.01', 'limit', price))
    await page.frame(({ orders }) => orders.length === 3 && orders.every(({ state }) => state === 'open'))
    const act = async (
      id: number,
      action: object,
    ): Promise<{ readonly ok: boolean; readonly text: string }> => {
      page.send({ kind: 'action', id, ...action } as Parameters<PageReader['send']>[0])
      return page.reply(id)
    }
    expect(await act(1, { action: 'cancel', clientOrderId: ids[0] })).toMatchObject({
      ok: true,
      text: `order ${ids[0]!} is canceled`,
    })
    expect(await act(2, { action: 'cancel', clientOrderId: ids[0] })).toMatchObject({
      ok: false,
      text: expect.stringContaining('no open order') as string,
    })
    expect(await act(3, { action: 'cancelAll', pair: 'ETH-USDT' })).toMatchObject({
      text: 'no order is open',
    })
    expect(await act(4, { action: 'cancelAll' })).toMatchObject({
      ok: true,
      text: '2 of 2 orders are canceled',
    })
    expect(await act(5, { action: 'closePosition', pair: 'BTC-USDT' })).toMatchObject({ ok: false })
    connector.buy('BTC-USDT', '0.02', 'market')
    await page.frame(({ positions }) => positions.length === 1)
    const closed = await act(6, { action: 'closePosition' })
    expect(closed).toMatchObject({ ok: true })
    expect(closed.text).toMatch(/^sell 0\.02 BTC-USDT at market is filled at 6\d+/)
    const { profit } = await page.frame(({ positions }) => positions.length === 0)
    expect(Number(profit[0]?.realized)).not.toBe(0)
    expect(await act(8, { action: 'closePosition' })).toMatchObject({ ok: true, text: 'no position is open' })
  })

  test('a page of another origin is refused, and so is a name that leads here', async () => {
    const { read, url } = await startPage()
    await expect(read({ origin: 'http://evil.example' })).rejects.toThrow('403')
    await expect(read({ origin: 'null' })).rejects.toThrow('403')
    await expect(read({ headers: { host: 'evil.example' }, origin: 'http://evil.example' })).rejects.toThrow(
      '403',
    )
    const { port } = new URL(url)
    await expect(read({ origin: `http://127.0.0.1:${Number(port) + 1}` })).rejects.toThrow('403')
    await (await read({ origin: url })).frame()
    expect((await fetch(`${url}/page/socket`)).status).toBe(404)
    await expect(PageReader.open(`${url}/other`)).rejects.toThrow('404')
  })

  test('with a token the address with it gives a cookie, which opens page, socket and metrics', async () => {
    const { read, url } = await startPage({ token: TOKEN })
    expect((await fetch(`${url}/`)).status).toBe(401)
    await expect(read({ origin: url })).rejects.toThrow('401')
    expect((await fetch(`${url}/?token=${TOKEN}x`, { redirect: 'manual' })).status).toBe(401)
    const welcome = await fetch(`${url}/?token=${TOKEN}`, { redirect: 'manual' })
    expect([welcome.status, welcome.headers.get('location')]).toEqual([303, '/'])
    const setCookie = String(welcome.headers.get('set-cookie'))
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Strict$/)
    expect(setCookie).not.toContain(TOKEN)
    const cookie = setCookie.split(';')[0]!
    for (const path of ['/', '/metrics', '/health'])
      expect((await fetch(`${url}${path}`, { headers: { cookie } })).status).not.toBe(401)
    expect((await fetch(`${url}/health`, { headers: { cookie: `${cookie}x` } })).status).toBe(401)
    await (await read({ origin: url, headers: { cookie } })).frame()
    await (await read({ headers: { authorization: `Bearer ${TOKEN}` } })).frame()
    await expect(read({ origin: 'http://evil.example', headers: { cookie } })).rejects.toThrow('403')
  })

  test('a browser that does not read is slowed, catches up when it reads again, and is given up when it never does', async () => {
    const clock = new FakeClock()
    const { log, read } = await startPage({ clock })
    const [slow, quick] = [await read(), await read()]
    await Promise.all([slow.hello(), quick.hello()])
    const tick = async (): Promise<void> => {
      clock.advance(FRAME_MS)
      for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    /** Large frames, so that what the kernel takes is soon full. */
    const flood = async (ticks: number): Promise<void> => {
      for (let i = 0; i < ticks; i++) {
        for (let line = 0; line < 200; line++) log.logger.info({}, 'x'.repeat(900))
        await tick()
      }
    }
    const newIntervals = (reader: PageReader): number[] =>
      reader.texts.splice(0).flatMap((text) => Number(/"everyMs":(\d+)/.exec(text)?.[1] ?? []))

    slow.socket.pause()
    await flood(80)
    slow.socket.resume()
    let slowest = FRAME_MS
    while (slowest === FRAME_MS) {
      await tick()
      slowest = Math.max(slowest, ...newIntervals(slow))
    }
    do await tick()
    while (!newIntervals(slow).includes(FRAME_MS))

    slow.socket.pause()
    await flood(80)
    for (let ms = 0; ms < STUCK_MS; ms += FRAME_MS) await tick()
    slow.socket.resume()
    while (slow.socket.readyState !== slow.socket.CLOSED) await tick()
    expect(quick.socket.readyState).toBe(quick.socket.OPEN)
  })
})
