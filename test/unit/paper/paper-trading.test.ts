import { afterEach, describe, expect, it } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import type { PerpetualDerivative } from '../../../src/connector/perpetual-derivative.ts'
import type { PaperOptions } from '../../../src/paper/paper-options.ts'
import { withPaperExchange } from '../../../src/paper/with-paper-exchange.ts'
import type { ConnectorClass } from '../../../src/qtx/connector-class.ts'
import type { Level } from '../../support/market-call.ts'
import {
  BTC_RULE,
  EventRecorder,
  ExchangeScript,
  ScriptedExchange,
  pass,
  settle,
  whilePassing,
} from '../../support/scripted-exchange.ts'
import type { FakeClock } from '../../support/fake-clock.ts'

const LATENCY_MS = 20
const BIDS: readonly Level[] = [[50_000, 2]]
const ASKS: readonly Level[] = [[50_001, 2]]
const RULE = { ...BTC_RULE, makerFee: new Decimal('0.0002'), takerFee: new Decimal('0.0005') }

/** A connector on paper over a connector whose exchange answers as written, and that would tell of every order it was sent. */
class PaperRig {
  readonly script = new ExchangeScript()
  readonly connector: PerpetualDerivative
  readonly clock: FakeClock
  readonly recorder: EventRecorder

  constructor(options: PaperOptions = {}) {
    const plugin = withPaperExchange({ latencyMs: LATENCY_MS, jitterMs: 0, ...options })
    const Class = plugin(ScriptedExchange as unknown as ConnectorClass) as unknown as new (given: {
      script: ExchangeScript
    }) => ScriptedExchange
    this.script.rules = [RULE]
    const connector = new Class({ script: this.script })
    this.connector = connector
    this.clock = connector.fakeClock
    this.recorder = new EventRecorder(connector)
  }

  async ready(): Promise<this> {
    await whilePassing(this.clock, this.connector.start())
    this.script.showBook(BIDS, ASKS)
    await whilePassing(this.clock, this.connector.waitReady())
    return this
  }

  book(bids: readonly Level[], asks: readonly Level[], sequence: number): void {
    const nowMs = this.clock.nowMs()
    this.script.source.deliver('BTC-USDT', {
      kind: 'depth',
      receivedMs: nowMs,
      eventMs: nowMs,
      sequence,
      bids,
      asks,
    })
  }

  trade(isBuyTaker: boolean, price: number, size: number): void {
    const nowMs = this.clock.nowMs()
    this.script.source.deliver('BTC-USDT', {
      kind: 'trade',
      receivedMs: nowMs,
      eventMs: nowMs,
      tradeId: 1,
      isBuyTaker,
      price,
      size,
    })
  }
}

const rigs: PaperRig[] = []
afterEach(async () => {
  for (const { connector, clock } of rigs.splice(0)) await whilePassing(clock, connector.stop())
})

async function ready(options: PaperOptions = {}): Promise<PaperRig> {
  const rig = new PaperRig(options)
  rigs.push(rig)
  return rig.ready()
}

describe('a connector on paper', () => {
  it('has the balance that it was given, one-way mode, and a name of its own', async () => {
    const { connector } = await ready({ balances: { USDT: '2500' }, leverage: 5 })
    expect(connector.name).toBe('scripted_perpetual_paper')
    expect(connector.balance('USDT').toString()).toBe('2500')
    expect(connector.positionMode).toBe('oneWay')
    expect(connector.leverage('BTC-USDT')).toBe(5)
    expect(connector.status['paperExchange']?.ok).toBe(true)
  })

  it('asks the exchange below for what is public, and for nothing else', async () => {
    const { connector, script, clock } = await ready()
    connector.buy('BTC-USDT', '0.01', 'market')
    const id = connector.buy('BTC-USDT', '0.01', 'limit', '49000')
    await pass(clock, 100)
    await whilePassing(clock, connector.cancel('BTC-USDT', id))
    await pass(clock, 300_000, 1_000)
    const asked = new Set(script.calls.map((call) => call.split(' ')[0]))
    const isPrivate = (call: string | undefined): boolean =>
      /Order|Balance|Position|Leverage|userStream|Payments/.test(call ?? '')
    expect([...asked].filter(isPrivate)).toEqual([])
    expect(asked).toContain('fetchTradingRules')
  })

  it('fills at the exchange a latency later, and tells it another one later', async () => {
    const { connector, clock, recorder } = await ready()
    connector.buy('BTC-USDT', '0.01', 'market')
    await pass(clock, 2 * LATENCY_MS - 1, 1)
    expect(recorder.names).toEqual([])
    await pass(clock, 1, 1)
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
    const [fill] = recorder.payloadsOf('orderFilled')
    expect(fill?.price.toString()).toBe('50001')
    expect(fill?.fee).toMatchObject({ asset: 'USDT' })
    expect(connector.positions.get('BTC-USDT')?.amount.toString()).toBe('0.01')
  })

  it('meets the book as it is when the order arrives, not as it was when it was sent', async () => {
    const rig = await ready()
    const { connector, clock, recorder } = rig
    connector.buy('BTC-USDT', '0.01', 'limit', '50001')
    await pass(clock, LATENCY_MS - 1, 1)
    rig.book([[50_000, 2]], [[50_005, 2]], 2)
    await pass(clock, 100)
    expect(recorder.names).toEqual(['buyOrderCreated'])
  })

  it('cancels a latency later: what fills before that is filled, and told as such', async () => {
    const rig = await ready()
    const { connector, clock, recorder } = rig
    const id = connector.buy('BTC-USDT', '0.01', 'limit', '50000.5')
    await pass(clock, 100)
    const canceling = connector.cancel('BTC-USDT', id)
    await pass(clock, LATENCY_MS - 1, 1)
    rig.trade(false, 50_000.5, 1)
    const result = await whilePassing(clock, canceling, 5)
    expect(result).toMatchObject({ success: false, reason: 'the order is filled' })
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderFilled', 'buyOrderCompleted'])
  })

  it('comes too late for a trade that happens after the cancel has arrived', async () => {
    const rig = await ready()
    const { connector, clock, recorder } = rig
    const id = connector.buy('BTC-USDT', '0.01', 'limit', '50000.5')
    await pass(clock, 100)
    const canceling = connector.cancel('BTC-USDT', id)
    await pass(clock, LATENCY_MS, 1)
    rig.trade(false, 50_000.5, 1)
    expect(await whilePassing(clock, canceling, 5)).toMatchObject({ success: true })
    expect(recorder.names).toEqual(['buyOrderCreated', 'orderCancelled'])
  })

  it('reads what is available from the paper account, with the margin of open orders', async () => {
    const { connector, clock } = await ready()
    connector.buy('BTC-USDT', '0.2', 'limit', '40000')
    await pass(clock, 100)
    // 8,000 at a leverage of 20.
    expect(connector.availableBalance('USDT').toString()).toBe('9600')
  })

  it('fails an order that the paper exchange refuses', async () => {
    const { connector, clock, recorder } = await ready()
    connector.buy('BTC-USDT', '1', 'limitMaker', '50001')
    connector.buy('BTC-USDT', '50', 'limit', '40000')
    await pass(clock, 100)
    expect(recorder.payloadsOf('orderFailure').map(({ errorMessage }) => errorMessage)).toEqual([
      expect.stringContaining('post-only') as string,
      expect.stringContaining('margin of 100000.00 is needed, 10000.00 is available') as string,
    ])
  })

  it('looks an order up that was under way when the connector was stopped', async () => {
    const { connector, clock, script, recorder } = await ready()
    connector.buy('BTC-USDT', '0.01', 'limit', '49000')
    await settle()
    const report = await whilePassing(clock, connector.stop())
    expect(report.openOrders).toHaveLength(1)
    const starting = connector.start()
    await whilePassing(clock, starting)
    script.showBook(BIDS, ASKS)
    await whilePassing(clock, connector.waitReady())
    await pass(clock, 10_000, 100)
    // It never arrived.
    expect(recorder.names.at(-1)).toBe('orderFailure')
    expect(connector.inFlightOrders.size).toBe(0)
  })

  it('refuses to begin where neither the rules nor the options say the fees', async () => {
    const rig = new PaperRig()
    rig.script.rules = [BTC_RULE]
    await expect(whilePassing(rig.clock, rig.connector.start())).rejects.toMatchObject({
      code: 'QTX_CONFIG_INVALID',
    })
    const given = new PaperRig({ makerFee: '-0.0001', takerFee: '0.0004' })
    given.script.rules = [BTC_RULE]
    rigs.push(given)
    await given.ready()
  })

  it.each([
    [{ latencyMs: -1 }, 'latencyMs'],
    [{ jitterMs: Infinity }, 'jitterMs'],
    [{ leverage: 1.5 }, 'leverage'],
    [{ makerFee: 'cheap' }, 'makerFee'],
    [{ balances: { USDT: '-1' } }, 'the paper balance of USDT'],
  ] as const)('names an option that is wrong: %j', (options, name) => {
    expect(() => withPaperExchange(options)).toThrow(name)
  })
})
