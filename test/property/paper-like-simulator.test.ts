import { describe, expect, it } from 'vitest'
import { Decimal } from '../../src/common/decimal.ts'
import { BINANCE_INSTRUMENTS } from '../../src/simulator/exchange/binance/binance-instruments.ts'
import { MatchingEngine } from '../../src/simulator/exchange/matching-engine.ts'
import type { MarketEvent } from '../../src/simulator/market-event.ts'
import { FakeClock } from '../support/fake-clock.ts'
import type { Level } from '../support/market-call.ts'
import { PaperDesk } from '../support/paper-desk.ts'
import fc from '../support/seeded-fast-check.ts'

const SYMBOL = 'BTCUSDT'
const BEST = 50_000
const size = fc.integer({ min: 5, max: 4_000 }).map((thousandths) => thousandths / 1_000)
const step = fc.oneof(
  fc.record({ kind: fc.constant('join' as const), level: fc.nat(3), size }),
  fc.record({ kind: fc.constant('trade' as const), part: fc.double({ min: 0.01, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant('buy' as const), level: fc.integer({ min: -1, max: 3 }), size }),
  fc.record({ kind: fc.constant('take' as const), size }),
  fc.record({ kind: fc.constant('cancel' as const), order: fc.nat(10) }),
)

/** One market, told to the paper exchange and to the simulator's own engine, with the same orders on both. */
class TwoExchanges {
  readonly desk = new PaperDesk()
  readonly clock = new FakeClock()
  readonly engine = new MatchingEngine({
    instruments: BINANCE_INSTRUMENTS.filter(({ symbol }) => symbol === SYMBOL),
    clock: this.clock,
    listeners: {
      onOrderUpdate: ({ order }) => this.filled.set(order.clientOrderId, order.filledSize.toNumber()),
    },
  })
  readonly account = this.engine.addAccount('key', { USDT: '1000000000' })
  /** In the simulator, by client order id. */
  readonly filled = new Map<string, number>()
  readonly bids = new Map<number, number>(Array.from({ length: 4 }, (_, i) => [BEST - i, 2 + i]))
  asks: Level[] = [[BEST + 2, 3]]
  #sequence = 0n

  constructor() {
    this.show('snapshot')
  }

  get bestBid(): number | undefined {
    return this.bids.size === 0 ? undefined : Math.max(...this.bids.keys())
  }

  show(kind: 'snapshot' | 'depth' = 'depth', changed: readonly Level[] = [...this.bids]): void {
    const bids = [...this.bids].sort(([a], [b]) => b - a)
    if (kind === 'snapshot') this.#tell({ kind, bids, asks: this.asks })
    else this.#tell({ kind, bids: changed, asks: [] })
    this.desk.show(bids, this.asks)
  }

  trade(price: number, traded: number): void {
    this.#tell({ kind: 'trade', tradeId: 1_000n + this.#sequence, takerSide: 'sell', price, size: traded })
    this.desk.trade('sell', price, traded)
    const left = Math.round((this.bids.get(price)! - traded) * 1_000) / 1_000
    if (left > 0) this.bids.set(price, left)
    else this.bids.delete(price)
    this.show('depth', [[price, Math.max(0, left)]])
  }

  buy(price: number, amount: number, timeInForce: 'gtc' | 'ioc'): string {
    const { id } = this.desk.place({ price: String(price), amount: String(amount), timeInForce })
    this.engine.place(this.account, {
      symbol: SYMBOL,
      side: 'buy',
      kind: 'limit',
      timeInForce,
      size: new Decimal(amount),
      price: new Decimal(price),
      clientOrderId: id,
    })
    return id
  }

  cancel(id: string): void {
    this.desk.cancel(id)
    try {
      this.engine.cancel(this.account, SYMBOL, { clientOrderId: id })
    } catch {
      // It is not open there: it is not here either, as the comparison shows.
    }
  }

  #tell(event: Record<string, unknown>): void {
    const atMs = this.clock.nowMs()
    const head = { symbol: SYMBOL, txMs: atMs, eventMs: atMs, sequence: ++this.#sequence }
    this.engine.applyMarketEvent({ ...head, ...event } as unknown as MarketEvent)
  }
}

describe('the paper exchange, where nobody cancels', () => {
  it('fills each order as the simulator’s own matching engine does, after every step', () => {
    let filledAtAll = 0
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const both = new TwoExchanges()
        const ids: string[] = []
        for (const each of steps) {
          const best = both.bestBid
          if (best === undefined) break
          if (each.kind === 'join') {
            const price = BEST - each.level
            if (price <= best)
              both.bids.set(price, Math.round(((both.bids.get(price) ?? 0) + each.size) * 1_000) / 1_000)
            both.show()
          } else if (each.kind === 'trade') {
            const traded = Math.max(0.001, Math.floor(both.bids.get(best)! * each.part * 1_000) / 1_000)
            both.trade(best, traded)
          } else if (each.kind === 'buy') {
            // Where the level is to be seen: beyond it the two differ on purpose.
            const price = BEST - each.level
            if (price >= Math.min(...both.bids.keys()) && price < BEST + 2)
              ids.push(both.buy(price, each.size, 'gtc'))
          } else if (each.kind === 'take') ids.push(both.buy(BEST + 2, each.size, 'ioc'))
          else both.cancel(ids[each.order] ?? '')
          for (const id of ids) {
            const onPaper = both.desk.exchange.find(id)!.executed.toNumber()
            if (onPaper > 0) filledAtAll++
            expect(onPaper).toBeCloseTo(both.filled.get(id) ?? 0, 9)
          }
        }
      }),
      { numRuns: 300 },
    )
    expect(filledAtAll).toBeGreaterThan(100)
  })
})
