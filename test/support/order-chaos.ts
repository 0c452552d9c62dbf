import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { Decimal, QtxError, type OrderOptions } from '../../src/index.ts'
import { SeededRandom } from '../../src/simulator/feed/seeded-random.ts'
import type { RestFault } from '../../src/simulator/exchange/server-faults.ts'
import type { ExchangeBackend } from '../../src/wire/symbol-names.ts'
import { clientIdOf, compareWithExchange, pairOf, type Comparison } from './order-audit.ts'
import { FastClock } from './fast-clock.ts'
import { TradingRig } from './trading-rig.ts'

const PAIRS = ['BTC-USDT', 'ETH-USDT'] as const
const SIZES: Readonly<Record<string, readonly string[]>> = {
  'BTC-USDT': ['0.002', '0.005', '0.011', '0.4'],
  'ETH-USDT': ['0.05', '0.113', '0.3', '9'],
}
const SPEED = 12
/** Where the exchanges keep orders and fills, and where the account. */
const ORDER_PATHS = /order|trades|fill|execution/i
const ACCOUNT_PATHS = /account|balance|position|listenKey|bullet/i
const HEALING_TIMEOUT_MS = 60_000

export interface ChaosReport extends Comparison {
  readonly submitted: number
  /** What the connector itself called strange. */
  readonly anomalies: readonly string[]
  readonly faults: Readonly<Record<string, number>>
}

/** A trader and a saboteur on one simulator, both driven by one seed. */
export class OrderChaos implements AsyncDisposable {
  readonly #rig: TradingRig
  /** Of the journal. */
  readonly #folder: string
  readonly #random: SeededRandom
  readonly #ids: string[] = []
  readonly #anomalies: string[] = []
  readonly #cancels = new Set<Promise<unknown>>()
  readonly #faults: Record<string, number> = {}
  /** Faults that last, and the step at which each ends. */
  readonly #lasting: { readonly endStep: number; readonly end: () => void }[] = []
  #step = 0
  #healed = false

  private constructor(rig: TradingRig, seed: number, folder: string) {
    this.#rig = rig
    this.#folder = folder
    this.#random = new SeededRandom(seed)
    rig.connector.on('anomaly', (anomaly) => this.#anomalies.push(`${anomaly.code}: ${anomaly.message}`))
  }

  static async create(seed: number, exchange: ExchangeBackend): Promise<OrderChaos> {
    const folder = mkdtempSync(join(tmpdir(), 'qtx-chaos-'))
    const credentials = { apiKey: 'k', apiSecret: 's', passphrase: 'p', userId: '10001' }
    const rig = await TradingRig.ready(
      { seed, exchange, accounts: [{ ...credentials, balances: { USDT: '1000000' } }] },
      // Orders must go on to meet the faults.
      {
        journal: { folder },
        orderTimeoutMs: 1_200,
        circuitBreakers: { orderManager: { failures: 1_000 } },
        rateLimits: { weightPerMinute: 100_000, ordersPer10s: 10_000, ordersPerMinute: 100_000 },
      },
      { clock: new FastClock(SPEED) },
    )
    return new OrderChaos(rig, seed, folder)
  }

  /** Trades through the faults, heals them, waits until everything is decided, and compares. */
  async run(orders: number): Promise<ChaosReport> {
    while (this.#ids.length < orders) {
      this.#step++
      this.#endLastingFaults()
      // While little may be sent there is little for a fault to meet.
      if (this.#random.chance(this.#rig.connector.ready ? 0.12 : 0.01)) this.#injectFault()
      this.#trade()
      await this.#marketMoves(this.#random.integer(4))
    }
    await this.#heal()
    const { connector, simulator, seen } = this.#rig
    const lateFees = await this.#lateFees()
    const comparison = compareWithExchange({ ids: this.#ids, seen, connector, simulator, lateFees })
    return {
      ...comparison,
      submitted: this.#ids.length,
      anomalies: this.#anomalies,
      faults: this.#faults,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rig[Symbol.asyncDispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** The fees on record, once every fill has one: what is told may lack it. */
  async #lateFees(): Promise<ReadonlyMap<string, string>> {
    const deadlineMs = performance.now() + HEALING_TIMEOUT_MS
    for (;;) {
      const { rows, next } = await this.#rig.connector.history({ kind: 'fills', limit: 1_000 })
      if (next !== undefined) throw new Error('there are more fills than one page of history has')
      const isComplete = rows.every(({ feeAmount }) => feeAmount !== undefined)
      if (isComplete || performance.now() > deadlineMs) {
        return new Map(
          rows.map(({ clientOrderId, tradeId, feeAmount, feeAsset }) => [
            `${clientOrderId} ${tradeId}`,
            `${String(feeAmount)} ${String(feeAsset)}`,
          ]),
        )
      }
      await turn()
    }
  }

  #trade(): void {
    const roll = this.#random.next()
    if (roll < 0.72) this.#submit()
    else if (roll < 0.97) this.#cancelOne()
    else this.#follow(this.#rig.connector.cancelAll({ timeoutMs: 2_000 }))
  }

  #submit(): void {
    const { connector } = this.#rig
    const pair = this.#pick(PAIRS)
    const book = connector.orderBook(pair)
    const mid = new Decimal(book.bestBidPrice || 1).plus(book.bestAskPrice || 1).div(2)
    const held = connector.positions.get(pair)?.amount ?? new Decimal(0)
    const kind = this.#random.integer(10)
    // A close that has nothing to close is no order, and while nothing else may be sent nothing else would be.
    const isClose = kind >= 8 && !held.isZero()
    const isBuy = isClose ? held.isNegative() : this.#random.chance(0.5)
    // Below the mid for a buy, above it for a sell, when positive.
    const away = (fraction: number) => mid.mul(isBuy ? 1 - fraction : 1 + fraction)
    const near = away(this.#random.between(-0.0002, 0.0004))
    const far = away(this.#random.between(0.01, 0.04))
    const crossing = away(-0.002)
    const send = (
      orderType: 'limit' | 'limitMaker' | 'market',
      price?: Decimal,
      options?: OrderOptions,
      size = this.#pick(SIZES[pair]!),
    ) => {
      const submit = isBuy ? connector.buy.bind(connector) : connector.sell.bind(connector)
      let id: string
      try {
        id = submit(pair, size, orderType, price, options)
      } catch (error) {
        // While the account is compared with the exchange nothing is sent.
        if (error instanceof QtxError && error.code === 'QTX_NOT_READY') return
        throw error
      }
      this.#ids.push(id)
      if (this.#random.chance(0.15)) this.#follow(connector.cancel(pair, id))
    }
    switch (isClose ? kind : kind % 8) {
      case 0: {
        send('limit', far)
        return
      }
      case 1:
      case 2: {
        send('limit', near)
        return
      }
      case 3: {
        send('limitMaker', near)
        return
      }
      case 4: {
        send('limitMaker', crossing)
        return
      }
      case 5: {
        send('limit', near, { timeInForce: 'ioc' })
        return
      }
      case 6: {
        send('limit', crossing, { timeInForce: 'fok' })
        return
      }
      case 7: {
        send('market')
        return
      }
      case 8: {
        send('market', undefined, { positionAction: 'close' })
        return
      }
      default: {
        send('limit', crossing, { positionAction: 'close' })
        return
      }
    }
  }

  #cancelOne(): void {
    const orders = [...this.#rig.connector.inFlightOrders.values()]
    if (orders.length === 0) return
    const order = this.#pick(orders)
    this.#follow(this.#rig.connector.cancel(order.pair, order.clientOrderId))
  }

  #injectFault(): void {
    const { simulator } = this.#rig
    const { exchange, orderManager, feedServer } = simulator
    const faults: readonly (readonly [string, number, () => void])[] = [
      ['manager misbehaves', 6, () => this.#misbehave()],
      ['manager stands still', 1, () => this.#standStill()],
      ['manager restarts, same ring', 0.7, () => orderManager.restart('keep')],
      ['manager restarts, new ring', 0.4, () => orderManager.restart('recreate')],
      ['sockets dropped', 2, () => exchange.dropSockets()],
      ['connections refused', 1, () => this.#refuseConnections()],
      ['order requests fail', 4, () => this.#failRest(ORDER_PATHS)],
      ['account requests fail', 2, () => this.#failRest(ACCOUNT_PATHS)],
      ['feed loses', 0.6, () => this.#loseFeed()],
      ['feed restarts', 0.3, () => feedServer.restart({ changeIndices: true })],
      ['listen keys expire', 1, () => exchange.expireLogins()],
    ]
    let left = this.#random.next() * faults.reduce((sum, [, weight]) => sum + weight, 0)
    const [name, , inject] = faults.find(([, weight]) => (left -= weight) < 0) ?? faults[0]!
    this.#faults[name] = (this.#faults[name] ?? 0) + 1
    inject()
  }

  #misbehave(): void {
    const rate = (most: number) => (this.#random.chance(0.5) ? this.#random.between(0, most) : 0)
    this.#rig.simulator.orderManager.setBehaviour({
      silenceRate: rate(0.04),
      garbageRate: rate(0.1),
      rejectRate: rate(0.2),
      outOfOrderRate: rate(0.5),
      // Sometimes longer than the connector waits.
      answerDelayMs: [0, this.#pick([0, 5, 20, 120])],
    })
    this.#lasts(this.#random.integer(40), () => this.#rig.simulator.orderManager.setBehaviour({}))
  }

  #standStill(): void {
    const { orderManager } = this.#rig.simulator
    orderManager.pauseTaking()
    this.#lasts(this.#random.integer(30), () => orderManager.resumeTaking())
  }

  #refuseConnections(): void {
    const { exchange } = this.#rig.simulator
    exchange.refuseConnections(true)
    exchange.dropSockets()
    this.#lasts(this.#random.integer(40), () => exchange.refuseConnections(false))
  }

  #loseFeed(): void {
    const { feedServer } = this.#rig.simulator
    feedServer.setFaults({ lossRate: 0.02, duplicateRate: 0.05, reorderRate: 0.05 })
    // Each gap costs a snapshot, and snapshots are dear.
    this.#lasts(this.#random.integer(8), () => feedServer.setFaults({}))
  }

  #failRest(path: RegExp): void {
    const fault = this.#pick<RestFault>([
      { status: 503, body: { code: -1001, msg: 'Internal error; unable to process your request.' } },
      'drop',
      'drop-after',
    ])
    const rule = (request: { readonly path: string }) =>
      !this.#healed && path.test(request.path) ? fault : undefined
    this.#rig.simulator.exchange.failRest(rule, 1 + this.#random.integer(4))
  }

  #lasts(steps: number, end: () => void): void {
    this.#lasting.push({ endStep: this.#step + steps, end })
  }

  #endLastingFaults(): void {
    for (const fault of this.#lasting.splice(0)) {
      if (fault.endStep > this.#step) this.#lasting.push(fault)
      else fault.end()
    }
  }

  async #heal(): Promise<void> {
    const { simulator, connector } = this.#rig
    this.#healed = true
    this.#step = Infinity
    this.#endLastingFaults()
    simulator.orderManager.setBehaviour({})
    await this.#holds(() => connector.ready, 'the connector to be ready again')
    simulator.stopSource()
    await Promise.allSettled(this.#cancels)
    await this.#holds(
      () => [...connector.inFlightOrders.values()].every((order) => this.#isSettled(order.clientOrderId)),
      'every order to be decided',
    )
    await this.#cancelWhatIsLeft()
    const account = simulator.exchange.engine.account(simulator.account.apiKey)!
    const isSame = () =>
      connector.balance('USDT').eq(account.walletBalance('USDT')) &&
      account.positions.every((position) =>
        (connector.positions.get(pairOf(position.instrument))?.amount ?? new Decimal(0)).eq(position.size),
      )
    // What does not come true is told by the comparison.
    await this.#holds(isSame, 'balance and positions', 15_000).catch(() => undefined)
  }

  /** Resting orders are cancelled one after the other, as often as it needs. */
  async #cancelWhatIsLeft(): Promise<void> {
    const { connector } = this.#rig
    const left = () =>
      [...connector.inFlightOrders.values()].filter((order) => order.state !== 'submitUnknown')
    await connector.cancelAll({ timeoutMs: 20_000 })
    await this.#holds(
      () => left().length === 0,
      `every order to end (${left()
        .map((o) => `${o.clientOrderId} ${o.state}`)
        .join(', ')})`,
    )
  }

  /** Open, or unknown where the exchange has none: nothing can be found out about that. */
  #isSettled(clientOrderId: string): boolean {
    const { connector, simulator } = this.#rig
    const order = connector.inFlightOrders.get(clientOrderId)
    if (!order) return true
    const { instruments } = simulator.exchange.engine
    const { records } = simulator.exchange.engine.account(simulator.account.apiKey)!
    const theirs = instruments
      .flatMap(({ symbol }) => records.allOrders(symbol))
      .find((each) => clientIdOf(each) === clientOrderId)
    if (order.state === 'submitUnknown') return theirs === undefined
    const isLive = theirs?.status === 'new' || theirs?.status === 'partially-filled'
    return isLive && (order.state === 'open' || order.state === 'partiallyFilled')
  }

  /** The market is the metronome: resolves when it has made so many more events. */
  async #marketMoves(events: number): Promise<void> {
    const { simulator } = this.#rig
    const target = simulator.statistics().marketEvents + events
    await this.#holds(() => simulator.statistics().marketEvents >= target, 'the market to move')
    await turn()
  }

  async #holds(isTrue: () => boolean, what: string, timeoutMs = HEALING_TIMEOUT_MS): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs
    while (!isTrue()) {
      if (performance.now() > deadlineMs) throw new Error(`${what} did not come: ${this.#describe()}`)
      await turn()
    }
  }

  #describe(): string {
    const { connector } = this.#rig
    const waiting = Object.entries(connector.status).filter(([, check]) => !check.ok)
    const orders = [...connector.inFlightOrders.values()].filter((o) => !this.#isSettled(o.clientOrderId))
    const { requests } = this.#rig.simulator.exchange
    return JSON.stringify({
      requests: countBy(requests.map((request) => `${request.method} ${request.path}`)),
      faults: this.#faults,
      waiting,
      orders: orders.map((o) => [
        o.clientOrderId,
        o.state,
        o.executedAmount,
        this.#rig.eventsOf(o.clientOrderId),
      ]),
    })
  }

  #follow(cancel: Promise<unknown>): void {
    const followed = cancel.catch(() => undefined).finally(() => this.#cancels.delete(followed))
    this.#cancels.add(followed)
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#random.integer(choices.length)]!
  }
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
