import { describe, expect, it, vi } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import type { Logger } from '../../../src/common/log.ts'
import type { OrderBookView, PublicTrade } from '../../../src/index.ts'
import {
  runStrategy,
  type RunStrategyOptions,
  type StrategyReport,
} from '../../../src/strategy/run-strategy.ts'
import {
  isStrategyClass,
  Strategy,
  type HookResult,
  type StrategyClass,
} from '../../../src/strategy/strategy.ts'
import { numberOption } from '../../../src/strategy/strategy-options.ts'
import { ScriptedExchange, fillOf, pass, settle, whilePassing } from '../../support/scripted-exchange.ts'

/** What a strategy of a test has seen, in order. */
let seen: string[] = []

class Watcher extends Strategy {
  override onStart(): HookResult {
    seen.push('start')
  }

  override onBook(book: OrderBookView): void {
    seen.push(`book ${book.bestBidPrice}`)
  }

  override onTrade(trade: PublicTrade): void {
    seen.push(`trade ${trade.price}`)
  }

  override onOrderCreated({ tradeType }: { readonly tradeType: string }): void {
    seen.push(`created ${tradeType}`)
  }

  override onOrderFilled({ amount }: { readonly amount: Decimal }): void {
    seen.push(`filled ${amount.toString()}`)
  }

  override onOrderCompleted(): void {
    seen.push('completed')
  }

  override onOrderCancelled(): void {
    seen.push('cancelled')
  }

  override onOrderFailed(): void {
    seen.push('failed')
  }

  override onOrderUnknown(): void {
    seen.push('unknown')
  }

  override onStop(reason: string): void {
    seen.push(`stop ${reason}`)
  }
}

interface Running {
  readonly exchange: ScriptedExchange
  readonly report: Promise<StrategyReport>
  readonly errors: string[]
  readonly abort: AbortController
}

/** A strategy that runs on a real connector to a scripted exchange, ready. */
async function run(strategy: StrategyClass, options: Partial<RunStrategyOptions> = {}): Promise<Running> {
  seen = []
  const exchange = new ScriptedExchange()
  const errors: string[] = []
  const log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (_fields, message) => errors.push(message),
    child: () => log,
  }
  const abort = new AbortController()
  const { signal } = abort
  const state = { isReady: false }
  const report = runStrategy({
    strategy,
    connector: exchange,
    clock: exchange.fakeClock,
    log,
    signal,
    onReady: () => (state.isReady = true),
    ...options,
  })
  report.catch(() => undefined)
  await settle()
  exchange.script.showBook([[50_000, 1]], [[50_001, 1]])
  for (let i = 0; i < 1_000 && !state.isReady; i++) await pass(exchange.fakeClock, 20)
  return { exchange, report, errors, abort }
}

function showBook({ script, fakeClock }: ScriptedExchange, sequence: number, bid: number): void {
  const nowMs = fakeClock.nowMs()
  const times = { receivedMs: nowMs, eventMs: nowMs }
  script.source.deliver('BTC-USDT', {
    kind: 'depth',
    ...times,
    sequence,
    bids: [[bid, 1]],
    asks: [[bid + 1, 1]],
  })
}

function showTrade({ script, fakeClock }: ScriptedExchange, price: number): void {
  const nowMs = fakeClock.nowMs()
  const times = { receivedMs: nowMs, eventMs: nowMs }
  script.source.deliver('BTC-USDT', { kind: 'trade', ...times, tradeId: 1, isBuyTaker: true, price, size: 1 })
}

async function ended({ exchange, report }: Running): Promise<StrategyReport> {
  return whilePassing(exchange.fakeClock, report)
}

describe('a strategy', () => {
  it('is called for books, trades and its orders, in order, between its start and its stop', async () => {
    class Buyer extends Watcher {
      override onTrade(trade: PublicTrade): void {
        super.onTrade(trade)
        this.connector.buy('BTC-USDT', '0.01', 'limit', '49000')
      }
    }
    const running = await run(Buyer)
    const { exchange, abort } = running
    showBook(exchange, 2, 50_010)
    showTrade(exchange, 50_011)
    await settle()
    const [order] = exchange.inFlightOrders.values()
    const fee = { asset: 'USDT', amount: new Decimal('0.2') }
    exchange.script.stream.tradeUpdate(fillOf(order!, 't1', '0.004', { fee }))
    exchange.script.stream.tradeUpdate(fillOf(order!, 't2', '0.006', { fee }))
    await settle()
    abort.abort()
    const report = await ended(running)
    expect(seen).toEqual([
      'start',
      'book 50010',
      'trade 50011',
      'created buy',
      'filled 0.004',
      'filled 0.006',
      'completed',
      'stop interrupted',
    ])
    expect(report).toMatchObject({
      strategy: 'Buyer',
      outcome: 'completed',
      reason: 'interrupted',
      orders: { created: 1, completed: 1, cancelled: 0, failed: 0, unknown: 0 },
      openOrders: [],
      hookErrors: [],
      pairs: [
        { pair: 'BTC-USDT', fills: 2, bought: '0.01', sold: '0', fees: { USDT: '0.4' }, position: '0.01' },
      ],
    })
    // The middle is 50,010.5, the fills were at 50,000.
    expect(report.pairs[0]).toMatchObject({ unrealizedPnl: '0.105', netPnl: '-0.295' })
  })

  it('is not listened for where it overrides nothing', async () => {
    class Idle extends Strategy {}
    const listened = vi.spyOn(ScriptedExchange.prototype, 'on')
    const running = await run(Idle)
    running.abort.abort()
    await ended(running)
    const events = listened.mock.calls.map(([event]) => event)
    listened.mockRestore()
    expect(events).not.toContain('bookUpdated')
    expect(events).not.toContain('publicTrade')
    expect(events).toContain('orderFilled')
  })

  it('is called for each tick, and not while the promise of the one before is open', async () => {
    const open: (() => void)[] = []
    class Ticker extends Strategy {
      override onTick(): Promise<void> {
        seen.push('tick')
        return new Promise((resolve) => open.push(resolve))
      }
    }
    const running = await run(Ticker, { tickMs: 100 })
    const { fakeClock } = running.exchange
    await pass(fakeClock, 350)
    expect(seen).toEqual(['tick'])
    open[0]?.()
    await pass(fakeClock, 100)
    expect(seen).toEqual(['tick', 'tick'])
    running.abort.abort()
    open[1]?.()
    await ended(running)
  })

  it('has the options that it declares, from what was given', async () => {
    const OPTIONS = { levels: numberOption('levels', 3) }
    class Declaring extends Strategy<typeof OPTIONS> {
      static override readonly options = OPTIONS
      override onStart(): void {
        this.stop(`${this.options.levels} levels of ${this.pairs.join()}`)
      }
    }
    expect(await ended(await run(Declaring, { settings: { levels: '7' } }))).toMatchObject({
      reason: '7 levels of BTC-USDT',
    })
    const exchange = new ScriptedExchange()
    const wrong = runStrategy({ strategy: Declaring, connector: exchange, settings: { level: '7' } })
    await expect(wrong).rejects.toMatchObject({ code: 'QTX_CONFIG_INVALID' })
    expect(exchange.script.calls).toEqual([])
  })

  it('ends when its time is over', async () => {
    const running = await run(Watcher, { durationMs: 5_000 })
    await pass(running.exchange.fakeClock, 4_000)
    expect(seen).not.toContain('stop the duration is over')
    const report = await ended(running)
    expect(seen.at(-1)).toBe('stop the duration is over')
    expect(report).toMatchObject({ outcome: 'completed', reason: 'the duration is over' })
    expect(report.durationMs).toBeGreaterThanOrEqual(5_000)
  })

  it('can end while the promise of onStart is open', async () => {
    class Waiting extends Watcher {
      override onStart(): Promise<void> {
        return new Promise(() => undefined)
      }
    }
    const running = await run(Waiting)
    running.abort.abort()
    expect(await ended(running)).toMatchObject({ outcome: 'completed', reason: 'interrupted' })
    expect(seen).toEqual(['stop interrupted'])
  })
})

describe('what a strategy’s hooks throw', () => {
  it('is logged once for each kind and counted, and disturbs nobody', async () => {
    class Failing extends Watcher {
      override onBook(): void {
        throw new Error('no')
      }
      override onTrade(): void {
        // As somebody writes who does not know better.
        return Promise.reject(new TypeError('later')) as unknown as undefined
      }
    }
    const running = await run(Failing)
    const { exchange, errors, abort } = running
    const others = vi.fn()
    exchange.on('bookUpdated', others)
    for (const sequence of [2, 3, 4]) showBook(exchange, sequence, 50_000 + sequence)
    for (const price of [1, 2]) showTrade(exchange, price)
    await settle()
    expect(others).toHaveBeenCalledTimes(3)
    expect(errors).toEqual(['onBook threw: no', 'onTrade threw: later'])
    abort.abort()
    const report = await ended(running)
    expect(report.outcome).toBe('completed')
    expect(report.hookErrors).toEqual([
      { hook: 'onBook', kind: 'Error', message: 'no', count: 3 },
      { hook: 'onTrade', kind: 'TypeError', message: 'later', count: 2 },
    ])
  })

  it('ends the run when it is too much, with onStop and its orders canceled', async () => {
    class Failing extends Watcher {
      override onStart(): void {
        this.connector.buy('BTC-USDT', '0.01', 'limit', '49000')
      }
      override onBook(): void {
        throw new Error('no')
      }
    }
    const running = await run(Failing, { maxErrors: 3 })
    for (const sequence of [2, 3, 4, 5]) showBook(running.exchange, sequence, 50_000 + sequence)
    const report = await ended(running)
    expect(report).toMatchObject({
      outcome: 'failed',
      reason: '3 errors in its hooks, the last in onBook: no',
      orders: { created: 1, cancelled: 1 },
      openOrders: [],
    })
    expect(seen.at(-1)).toMatch(/^stop 3 errors/)
    expect(running.exchange.status['started']?.ok).toBe(false)
  })

  it('fails the run at once when it is of onStart, and onStop is not called', async () => {
    class Failing extends Watcher {
      override onStart(): Promise<void> {
        return Promise.reject(new Error('not today'))
      }
    }
    const report = await ended(await run(Failing))
    expect(report).toMatchObject({ outcome: 'failed', reason: 'onStart threw: not today' })
    expect(seen).toEqual([])
  })

  it('fails the run when it is of onStop', async () => {
    class Failing extends Watcher {
      override onStop(): void {
        throw new Error('it was not as expected')
      }
    }
    const running = await run(Failing)
    running.abort.abort()
    expect(await ended(running)).toMatchObject({
      outcome: 'failed',
      hookErrors: [{ hook: 'onStop', count: 1 }],
    })
  })
})

describe('the end of a run', () => {
  class Resting extends Strategy {
    override onStart(): void {
      this.connector.sell('BTC-USDT', '0.02', 'limit', '60000')
    }
  }

  it('cancels what is open', async () => {
    const running = await run(Resting)
    await settle()
    running.abort.abort()
    expect(await ended(running)).toMatchObject({ openOrders: [], orders: { created: 1, cancelled: 1 } })
  })

  it('leaves it where that is wanted, and says so', async () => {
    const running = await run(Resting, { cancelAll: false })
    await settle()
    running.abort.abort()
    expect(await ended(running)).toMatchObject({
      openOrders: [{ pair: 'BTC-USDT', tradeType: 'sell', remaining: '0.02', price: '60000', state: 'open' }],
      orders: { created: 1, cancelled: 0 },
    })
    expect(running.exchange.script.calls.some((call) => call.startsWith('placeCancel'))).toBe(false)
  })

  it('is an error when the connector was not ready in time, and nothing is left running', async () => {
    const exchange = new ScriptedExchange()
    const report = runStrategy({
      strategy: Watcher,
      connector: exchange,
      clock: exchange.fakeClock,
      readyTimeoutMs: 1_000,
    })
    await expect(whilePassing(exchange.fakeClock, report)).rejects.toMatchObject({ code: 'QTX_TIMEOUT' })
    expect(exchange.networkStatus).toBe('stopped')
  })
})

describe('a strategy’s class', () => {
  it('is known by its mark, so that another copy of the package is no stranger', () => {
    const Copy = class {
      readonly isCopy = true
    }
    Object.defineProperty(Copy, Symbol.for('qtx-connector.Strategy'), { value: true })
    expect(isStrategyClass(class extends Copy {})).toBe(true)
    expect(isStrategyClass(Watcher)).toBe(true)
    for (const stranger of [undefined, 3, {}, Decimal, () => 3]) expect(isStrategyClass(stranger)).toBe(false)
  })
})
