import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../src/simulator/start-simulator.ts'
import { ServiceFiles } from '../support/service-files.ts'
import { findChromium } from './chromium.ts'
import { BuiltPage, ShownService } from './shown-service.ts'

const found = await findChromium()
const title =
  found.path === undefined
    ? `the page in Chromium: NOT RUN, ${found.reason}`
    : 'the page in Chromium, of a connector to the simulator'

// A reporter does not name what was skipped.
if (found.path === undefined) console.warn(title)

const PAIRS = ['BTC-USDT', 'ETH-USDT', 'SOL-USDT']
const PAIR = 'BTC-USDT'
const PICTURES = new URL('../../docs/images/', import.meta.url)

describe.skipIf(found.path === undefined)(title, () => {
  let built: BuiltPage
  let files: ServiceFiles
  let simulator: Simulator
  let service: ShownService
  let browser: Browser
  let browsing: BrowserContext
  let page: Page
  /** What must stay empty: errors of the page, violations of its policy, requests to elsewhere. */
  let complaints: string[] = []
  let isServiceGone = false
  const closing: (() => unknown)[] = []

  const panel = (name: string): Locator => page.getByRole('region', { name, exact: true })
  const textOf = async (locator: Locator): Promise<string> =>
    (await locator.innerText()).replaceAll(/\s+/g, ' ')

  beforeAll(async () => {
    built = await BuiltPage.build()
    closing.push(() => built[Symbol.dispose]())
    simulator = await startSimulator({ pairs: PAIRS })
    closing.push(() => simulator.close())
    files = new ServiceFiles()
    closing.push(() => files[Symbol.dispose]())
    files.configure(simulator, {
      tradingPairs: PAIRS,
      journal: { folder: join(files.folder, 'journal') },
    })
    service = await ShownService.start(files, built, { canControl: false, port: 0 })
    closing.push(() => service[Symbol.asyncDispose]())
    browser = await chromium.launch({
      executablePath: found.path!,
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    })
    closing.push(() => browser.close())
    browsing = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' })
    page = await browsing.newPage()
    page.setDefaultTimeout(30_000)
    page.on('console', (message) => {
      // A browser says so when a service that stopped does not answer.
      if (isServiceGone && message.text().includes('WebSocket')) return
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('request', (request) => {
      if (!request.url().startsWith(service.url)) complaints.push(`request to ${request.url()}`)
    })
    page.on('websocket', (socket) => {
      if (!socket.url().startsWith(service.url.replace('http', 'ws'))) complaints.push(socket.url())
    })
    await page.goto(service.url)
    await page.getByRole('region', { name: 'Books', exact: true }).waitFor()
  })

  afterAll(async () => {
    for (const close of closing.reverse()) await close()
  })

  afterEach(() => {
    const found = complaints
    complaints = []
    expect(found).toEqual([])
  })

  test('says who it is, that it is ready, and that every check holds', async () => {
    const header = page.locator('.page-header')
    await expect.poll(() => textOf(header)).toContain('✓ ready')
    await expect.poll(() => textOf(header)).toMatch(/frames \d\.\d\/s/)
    const text = await textOf(header)
    expect(text).toContain(service.context.connector.name)
    expect(text).toContain('read-only')
    expect(text).toMatch(/network ✓ connected up \d\d:\d\d:\d\d frames \d\.\d\/s page ✓ live/)
    const names = Object.keys(service.context.connector.status)
    expect(names.length).toBeGreaterThan(4)
    await expect.poll(() => panel('Readiness checks').locator('li').count()).toBe(names.length)
    expect(await textOf(panel('Readiness checks'))).toContain(`all ${names.length} hold`)
    expect(await page.getByText('The connector is ready').count()).toBe(1)
  })

  test("shows every pair's book, and the selected one's levels and trades, as the connector has them", async () => {
    const { connector } = service.context
    const rows = page.locator('[data-pair]')
    expect(await rows.count()).toBe(PAIRS.length)
    await expect.poll(() => textOf(panel('Public trades'))).toMatch(/[▲▼] ?buy|[▲▼] ?sell/)
    // So that what is compared stands still.
    simulator.stopSource()
    try {
      for (const pair of PAIRS) {
        const { bestBidPrice, bestAskPrice } = connector.orderBook(pair)
        const decimals = connector.tradingRule(pair).minPriceIncrement.decimalPlaces()
        const shown = async (): Promise<string> =>
          (await textOf(page.locator(`[data-pair=${pair}]`))).replaceAll(',', '')
        await expect
          .poll(shown)
          .toContain(`${bestBidPrice.toFixed(decimals)} ${bestAskPrice.toFixed(decimals)}`)
        expect(await shown()).toMatch(/live udp active/)
      }
      const book = connector.orderBook(PAIR)
      const prices = [
        ...book
          .asks(10)
          .map(([price]) => price)
          .reverse(),
        ...book.bids(10).map(([price]) => price),
      ]
      const ladder = async (): Promise<number[]> => {
        const texts = await page
          .locator('.level-sell td:first-child, .level-buy td:first-child')
          .allInnerTexts()
        return texts.map((text) => Number(text.replaceAll(',', '')))
      }
      await expect.poll(ladder).toEqual(prices)
      const trade = await textOf(panel('Public trades').locator('tbody tr').first())
      expect(Number(trade.replaceAll(',', '').match(/(?:buy|sell) ([\d.]+)/)?.[1])).toBe(book.lastTradePrice)
      expect(await drawnShare(page, '.panel-book .chart canvas')).toBeGreaterThan(0.02)
    } finally {
      void simulator.startSource()
    }
  })

  test('selects pairs by keyboard and by pointer', async () => {
    await page.keyboard.press('Tab')
    const skip = page.getByRole('link', { name: 'Skip to the books' })
    expect(await skip.and(page.locator(':focus')).count()).toBe(1)
    await page.locator(`[data-pair=${PAIR}]`).focus()
    await page.keyboard.press('ArrowDown')
    const eth = page.locator('[data-pair=ETH-USDT]')
    expect(await eth.getAttribute('aria-selected')).toBe('true')
    expect(await eth.and(page.locator(':focus')).count()).toBe(1)
    await page.getByRole('table', { name: 'Book of ETH-USDT' }).waitFor()
    await expect.poll(() => page.locator('.level-buy').count()).toBe(10)
    const firstBid = await textOf(page.locator('.level-buy td').first())
    const { bestBidPrice } = service.context.connector.orderBook('ETH-USDT')
    expect(Math.abs(Number(firstBid.replaceAll(',', '')) / bestBidPrice - 1)).toBeLessThan(0.01)
    await page.keyboard.press('End')
    expect(await page.locator('[data-pair=SOL-USDT]').getAttribute('aria-selected')).toBe('true')
    await page.locator(`[data-pair=${PAIR}]`).click()
    await page.getByRole('table', { name: `Book of ${PAIR}` }).waitFor()
  })

  test('shows an open order in its table and on the chart, and no button where nothing may be done', async () => {
    const { connector } = service.context
    const price = connector.quantizePrice(PAIR, connector.price(PAIR, 'bid')!.mul('0.99'))
    const id = connector.buy(PAIR, '0.01', 'limit', price)
    await expect.poll(() => textOf(page.locator('#orders'))).toContain('▲ buy limit')
    const text = (await textOf(page.locator('#orders'))).replaceAll(',', '')
    expect(text).toContain(`${price.toString()} 0.01 0`)
    expect(await page.locator(`#orders [title="${id}"]`).count()).toBe(1)
    await expect.poll(() => textOf(page.locator('#price .chart-key'))).toContain('open orders 1')
    expect(await panel('Open orders').getByRole('button').count()).toBe(0)
    await expect
      .poll(() => textOf(page.locator('#latency-orderToAnswer')))
      .toMatch(/[1-9] samples p50 [\d.]+ [µm]?s/)
    const answered = /answered (\d+)/.exec(await textOf(page.locator('#order-path')))
    expect(Number(answered?.[1])).toBeGreaterThan(0)
  })

  test('shows a fill in its table and on the chart, the position, balances, profit and loss', async () => {
    const { connector } = service.context
    connector.buy(PAIR, '0.02', 'market')
    await expect.poll(() => textOf(page.locator('#positions'))).toContain(`${PAIR} long +0.02`)
    const fills = page.locator('#fills tbody tr')
    await expect.poll(() => fills.count()).toBeGreaterThan(0)
    const amounts = await page.locator('#fills tbody td:nth-child(5)').allInnerTexts()
    expect(amounts.reduce((sum, amount) => sum + Number(amount), 0)).toBeCloseTo(0.02, 10)
    await expect
      .poll(() => page.locator('#price .chart').getAttribute('aria-label'))
      .toMatch(/with [1-9]\d* own buys, 0 own sells and 1 open orders/)
    await expect.poll(() => textOf(page.locator('#profit'))).toMatch(/BTC-USDT 0 [+−\d.,]+ −[\d.]+/)
    const total = connector.balance('USDT')
    await expect
      .poll(async () => (await textOf(page.locator('#balances'))).replaceAll(',', ''))
      .toContain(`USDT ${total.toString()}`)
    expect(await textOf(page.locator('#positions'))).toMatch(/unrealized/)
  })

  test('shows latencies, rates, drops by reason, queues, the ring and circuit breakers', async () => {
    await expect
      .poll(() => textOf(page.locator('#latency-feedToBook')))
      .toMatch(/p50 [\d.]+ [µm]?s p90 [\d.]+ [µm]?s p99 [\d.]+ [µm]?s max [\d.]+ [µm]?s/)
    for (const selector of ['#latency-feedToBook', '#feed', '#price'])
      await expect.poll(() => drawnShare(page, `${selector} .chart canvas`)).toBeGreaterThan(0.005)
    const feed = await textOf(page.locator('#feed'))
    expect(feed).toContain(`${simulator.feed.host}:${simulator.feed.port}`)
    expect(feed).toMatch(
      /messages [1-9][\d,]* per second [1-9][\d,]* id skips [\d,]+ dropped 0 receive buffer [\d.]+ [KM]iB/,
    )
    const reasons = Object.keys(service.context.connector.feedStatistics?.dropped ?? {})
    expect(reasons.length).toBeGreaterThan(3)
    for (const reason of reasons)
      expect(feed.replaceAll(' ', '').toLowerCase()).toContain(reason.toLowerCase())
    const path = await textOf(page.locator('#order-path'))
    expect(path).toMatch(/in flight \/ slots 0 \/ [1-9]\d*/)
    expect(path).toContain('✓ closed')
  })

  test('follows the log, stands still while somebody reads further up, and shows what is asked for', async () => {
    const log = page.locator('#log')
    await expect
      .poll(() => textOf(log))
      .toContain('Subscribed to QTX UDP: binance-futures:btcusdt → BTC-USDT')
    const list = log.locator('ol')
    const distance = (): Promise<number> =>
      list.evaluate(
        ({ scrollHeight, scrollTop, clientHeight }: Scrolled) => scrollHeight - scrollTop - clientHeight,
      )
    await log.getByRole('combobox').selectOption('debug')
    expect(await distance()).toBeLessThan(2)
    await list.evaluate((element: Scrolled) => (element.scrollTop = 0))
    await log.getByRole('button', { name: 'paused: follow again' }).click()
    await expect.poll(distance).toBeLessThan(2)
    await log.getByRole('combobox').selectOption('error')
    expect(await log.locator('.log-info').count()).toBe(0)
    await log.getByRole('combobox').selectOption('info')
    expect(await log.locator('.log-info').count()).toBeGreaterThan(0)
  })

  test('is dark or light as the system is, until somebody chooses, who finds it so again', async () => {
    const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const dark = await ground()
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(ground).not.toBe(dark)
    const light = await ground()
    await page.getByRole('button', { name: 'Switch to the dark theme' }).click()
    expect(await ground()).toBe(dark)
    await page.reload()
    await panel('Books').waitFor()
    expect(await ground()).toBe(dark)
    await page.getByRole('button', { name: 'Switch to the light theme' }).click()
    expect(await ground()).toBe(light)
    await page.evaluate('localStorage.clear()')
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.reload()
    await panel('Books').waitFor()
    expect(await ground()).toBe(dark)
  })

  test.each([
    [1280, 800],
    [800, 1000],
    [390, 844],
    [320, 640],
  ])('never scrolls sideways, at %d × %d', async (width, height) => {
    await page.setViewportSize({ width, height })
    await panel('Books').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    await expect
      .poll(() =>
        page.evaluate(
          'Math.max(...[...document.querySelectorAll(".uplot")].map((e) => e.getBoundingClientRect().right))',
        ),
      )
      .toBeLessThanOrEqual(width)
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  test('comes back by itself when the service does, and may then do what the new one allows, once', async () => {
    const { port } = new URL(service.url)
    isServiceGone = true
    await service.stop()
    await expect.poll(() => textOf(page.locator('.page-header'))).toMatch(/reconnecting in \d+ s/)
    expect(await textOf(page.locator('.banner'))).toContain('what stands here is from before')
    service = await ShownService.start(files, built, { canControl: true, port: Number(port) })
    await expect
      .poll(() => textOf(page.locator('.page-header')), { timeout: 60_000 })
      .toContain('page ✓ live')
    isServiceGone = false
    await expect.poll(() => textOf(page.locator('.page-header'))).toContain('control')
    await expect.poll(() => textOf(page.locator('#orders'))).toContain('▲ buy limit')

    const cancel = page.locator('#orders tbody').getByRole('button', { name: /^Cancel order / })
    const dialog = page.getByRole('dialog')
    await cancel.click()
    expect(await textOf(dialog)).toContain('Cancel the order to buy 0.01 BTC-USDT at')
    await page.keyboard.press('Escape')
    await expect.poll(() => dialog.count()).toBe(0)
    expect(service.context.connector.inFlightOrders.size).toBe(1)
    await cancel.click()
    await dialog.getByRole('button', { name: 'Cancel order' }).dblclick()
    await expect.poll(() => textOf(page.locator('.toasts'))).toContain('is canceled')
    await expect.poll(() => textOf(page.locator('#orders'))).toContain('No open order')

    const { placements } = simulator.statistics().orders
    await page.getByRole('button', { name: `Close position ${PAIR}` }).click()
    await dialog.getByRole('button', { name: 'Close position' }).dblclick()
    await expect.poll(() => textOf(page.locator('.toasts'))).toContain('is filled at')
    await expect.poll(() => textOf(page.locator('#positions'))).toContain('No position')
    expect(simulator.statistics().orders.placements).toBe(placements + 1)
    await expect
      .poll(() => page.locator('#price .chart').getAttribute('aria-label'))
      .toMatch(/[1-9]\d* own sells and 0 open orders/)
  })

  test.runIf(process.env['QTX_WRITE_SCREENSHOTS'] === '1')('is pictured for the README', async () => {
    const { connector } = service.context
    const price = (factor: string) => connector.quantizePrice(PAIR, connector.price(PAIR, 'mid')!.mul(factor))
    // A minute in which something happens.
    const steps = [
      () => connector.buy(PAIR, '0.05', 'market'),
      () => connector.sell('ETH-USDT', '0.8', 'market'),
      () => connector.buy(PAIR, '0.02', 'limit', price('0.99997')),
      () => connector.sell(PAIR, '0.03', 'market', undefined, { positionAction: 'close' }),
      () => connector.sell(PAIR, '0.04', 'limit', price('1.00003')),
      () => connector.buy(PAIR, '0.03', 'market'),
      () => connector.sell(PAIR, '0.02', 'limit', price('1.00006')),
      () => connector.buy(PAIR, '0.02', 'limit', price('0.99994')),
    ]
    for (const step of steps) {
      step()
      await page.waitForTimeout(7_000)
    }
    await page.mouse.move(0, 0)
    const picture = async (name: string, width: number, height: number, scheme: 'dark' | 'light') => {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme: scheme })
      await page.evaluate('scrollTo(0, 0)')
      await page.waitForTimeout(1_500)
      writeFileSync(new URL(name, PICTURES), await page.screenshot())
    }
    await picture('page-dark.png', 1280, 840, 'dark')
    await picture('page-light.png', 1280, 840, 'light')
    await picture('page-phone.png', 390, 844, 'dark')
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  test('says first what does not hold, with what to do, when the feed is gone', async () => {
    await simulator.close()
    const banner = page.locator('.banner')
    await expect.poll(() => banner.count(), { timeout: 60_000 }).toBe(1)
    await expect.poll(() => textOf(banner)).toMatch(/✗ .+: .+ → .+/)
    expect(await textOf(page.locator('.page-header'))).toMatch(/✗ not ready \d of \d/)
    expect(await textOf(page.locator('#checks li').first())).toContain('✗')
    expect(await page.getByText(/^The connector is not ready: /).count()).toBe(1)
  })
})

/** What is read of an element that scrolls. */
interface Scrolled {
  scrollTop: number
  readonly scrollHeight: number
  readonly clientHeight: number
}

/** How much of a canvas is drawn on. */
function drawnShare(page: Page, selector: string): Promise<number> {
  return page.evaluate(
    `(() => {
        const canvas = document.querySelector('${selector}')
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        let drawn = 0
        for (let at = 3; at < data.length; at += 4) if (data[at] > 0) drawn++
        return drawn / (data.length / 4)
      })()`,
  )
}
