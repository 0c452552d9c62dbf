import { describe, expect, test } from 'vitest'
import type {
  ConnectorEvents,
  OrderBookView,
  QtxConnector,
  QtxConnectorConfigInput,
} from '../../src/index.ts'
import { TradingRig } from '../support/trading-rig.ts'
import { until } from '../support/until.ts'

const PAIR = 'BTC-USDT'
const OTHER = 'ETH-USDT'
// A machine that stands still for a moment is no silence.
const FALLBACK = { feedSilenceMs: 500, feedFallback: 'websocket', feedFallbackAfterMs: 250 } as const

/** Looks at the served books at every update, as a strategy does. */
class BookWatch {
  readonly changes: ConnectorEvents['feedSourceChanged'][] = []
  readonly states: string[] = []
  readonly faults: string[] = []
  readonly updates = { udp: 0, websocket: 0 }
  #view: OrderBookView | undefined

  constructor(connector: QtxConnector, pair = PAIR) {
    connector.on('feedSourceChanged', (change) => {
      if (change.pair !== pair) return
      this.changes.push(change)
      this.states.push(`by ${change.source}`)
    })
    connector.on('bookStateChanged', (change) => {
      if (change.pair === pair) this.states.push(change.state)
    })
    connector.on('bookUpdated', (book) => {
      if (book.pair !== pair) return
      this.#view ??= book
      if (book !== this.#view) this.faults.push('another book is served')
      if (book.state !== 'live') return
      this.updates[connector.feedSources.get(pair) ?? 'udp']++
      const { bestBidPrice, bestAskPrice, bidLevelCount, askLevelCount } = book
      if (!(bestBidPrice > 0 && bestAskPrice > 0) || bidLevelCount === 0 || askLevelCount === 0) {
        this.faults.push(`one-sided: ${bidLevelCount} bids, ${askLevelCount} asks`)
      }
      if (bestBidPrice >= bestAskPrice) this.faults.push(`crossed: ${bestBidPrice} ${bestAskPrice}`)
    })
  }

  sourcesSeen(): string[] {
    return this.changes.map(({ source }) => source)
  }
}

/** The best prices of the book, and of the exchange's own. */
function isTrue(rig: TradingRig): boolean {
  const served = rig.connector.orderBook(PAIR)
  const book = rig.simulator.exchange.engine.book('BTCUSDT')
  return served.bestBidPrice === book.top('bid')?.[0] && served.bestAskPrice === book.top('ask')?.[0]
}

/** Ready, with every pair fed by UDP: on a slow machine one may have been silent for long enough before. */
async function readyByUdp(config: Partial<QtxConnectorConfigInput> = FALLBACK): Promise<TradingRig> {
  const rig = await TradingRig.ready({}, config)
  const isFedByUdp = (pair: string) => rig.connector.feedSources.get(pair) === 'udp'
  await until(() => [PAIR, OTHER].every(isFedByUdp), 'UDP everywhere')
  return rig
}

describe('a feed that falls silent while the connector runs', () => {
  test('I10, Q27: is replaced by the websocket, and comes back, without a crossed or empty book in between', async () => {
    await using rig = await readyByUdp()
    const { connector, simulator } = rig
    const watch = new BookWatch(connector)
    simulator.feedServer.setReachable(false)
    await until(() => connector.feedSources.get(PAIR) === 'websocket', 'the websocket to take over')
    await until(() => connector.ready, 'the connector to be ready on websockets')
    expect(connector.status['udpFeed']).toMatchObject({
      ok: true,
      reason: expect.stringContaining(`${PAIR} is fed by the websocket`) as unknown,
    })
    expect(simulator.exchange.socketCount).toBeGreaterThan(1)
    await until(() => watch.updates.websocket > 50, 'updates by websocket')
    expect(watch.states.slice(0, 3)).toEqual(['stale', 'live', 'by websocket'])

    simulator.feedServer.setReachable(true)
    await until(() => connector.feedSources.get(PAIR) === 'udp', 'UDP to be back')
    watch.updates.udp = 0
    await until(() => watch.updates.udp > 50, 'updates by UDP')
    expect(watch.sourcesSeen()).toEqual(['websocket', 'udp'])
    expect(watch.states.slice(2), 'it was live all the time').toEqual(['by websocket', 'by udp'])
    expect(watch.faults).toEqual([])
    await until(() => connector.feedSources.get(OTHER) === 'udp', 'the other pair')
    await until(() => simulator.exchange.socketCount === 1, 'the public sockets to be closed')
    simulator.stopSource()
    await until(() => isTrue(rig), 'the book to be the exchange’s')
  })

  test('that only comes by for a moment does not take the book along', async () => {
    await using rig = await readyByUdp({ ...FALLBACK, feedFallbackAfterMs: 1_500 })
    const { connector, simulator } = rig
    const watch = new BookWatch(connector)
    simulator.feedServer.setReachable(false)
    await until(() => connector.feedSources.get(PAIR) === 'websocket', 'the websocket to take over')
    const statistics = () => connector.feedStatistics?.pairs.find(({ pair }) => pair === PAIR)
    simulator.feedServer.setReachable(true)
    await until(() => statistics()?.state === 'active', 'data by UDP')
    simulator.feedServer.setReachable(false)
    await until(() => statistics()?.state !== 'active', 'the silence to be noticed')
    const websocketUpdates = watch.updates.websocket
    await until(() => watch.updates.websocket > websocketUpdates + 50, 'updates by websocket')
    expect(watch.sourcesSeen()).toEqual(['websocket'])
    expect(watch.states.slice(watch.states.indexOf('by websocket'))).toEqual(['by websocket'])
    expect(watch.faults).toEqual([])
  })

  test('again and again, its server restarted each time: the book is whole at every update', async () => {
    await using rig = await readyByUdp()
    const { connector, simulator } = rig
    const watch = new BookWatch(connector)
    for (let round = 0; round < 3; round++) {
      simulator.feedServer.setReachable(false)
      await until(() => connector.feedSources.get(PAIR) === 'websocket', 'the websocket to take over')
      simulator.feedServer.restart()
      simulator.feedServer.setReachable(true)
      await until(() => connector.feedSources.get(PAIR) === 'udp', 'UDP to be back')
    }
    expect(watch.sourcesSeen()).toEqual(['websocket', 'udp', 'websocket', 'udp', 'websocket', 'udp'])
    expect(watch.faults).toEqual([])
  })

  test('comes back at once when the websocket fails meanwhile', async () => {
    await using rig = await readyByUdp()
    const { connector, simulator } = rig
    const watch = new BookWatch(connector)
    simulator.feedServer.setReachable(false)
    await until(() => connector.feedSources.get(PAIR) === 'websocket', 'the websocket to take over')
    simulator.exchange.refuseConnections(true)
    simulator.exchange.dropSockets()
    await until(() => connector.orderBook(PAIR).state === 'stale', 'the loss of the websocket')
    simulator.feedServer.setReachable(true)
    await until(() => connector.feedSources.get(PAIR) === 'udp', 'UDP to be back')
    await until(() => connector.orderBook(PAIR).state === 'live', 'the book to be live')
    simulator.exchange.refuseConnections(false)
    await until(() => connector.ready, 'the connector to be ready again')
    expect(watch.faults).toEqual([])
  })

  test('stays stale without a fallback', async () => {
    await using rig = await TradingRig.ready({}, { feedSilenceMs: 500 })
    const watch = new BookWatch(rig.connector)
    rig.simulator.feedServer.setReachable(false)
    await until(() => rig.connector.orderBook(PAIR).state === 'stale', 'the silence to be noticed')
    rig.simulator.feedServer.setReachable(true)
    await until(() => rig.connector.orderBook(PAIR).state === 'live', 'the book to be live')
    expect(watch.changes).toEqual([])
  })
})

describe('a feed that is not there from the beginning', () => {
  test('Q40: the connector becomes ready on websockets, trades, and UDP takes over when it comes', async () => {
    await using rig = await TradingRig.create({}, FALLBACK)
    const { connector, simulator } = rig
    const watch = new BookWatch(connector)
    simulator.feedServer.setReachable(false)
    await connector.start()
    await connector.waitReady()
    expect([...connector.feedSources.values()]).toEqual(['websocket', 'websocket'])
    const id = connector.buy(PAIR, '0.01', 'market')
    await rig.event('buyOrderCompleted', id)
    simulator.feedServer.setReachable(true)
    await until(
      () => [...connector.feedSources.values()].every((source) => source === 'udp'),
      'UDP to take over',
    )
    expect(watch.states.slice(watch.states.indexOf('by websocket'))).toEqual(['by websocket', 'by udp'])
    expect(watch.faults).toEqual([])
  })

  test('because its host has no address: that is tried on, and websockets feed the books', async () => {
    await using rig = await TradingRig.create({}, { ...FALLBACK, qtxPerpetualHost: 'no-such-host.invalid' })
    await rig.connector.start()
    await rig.connector.waitReady()
    expect(rig.connector.feedSources.get(PAIR)).toBe('websocket')
    expect(rig.connector.status['udpFeed']?.reason).toContain('no-such-host.invalid')
  })

  test('because its server was closed: websockets feed the books', async () => {
    await using rig = await TradingRig.create({}, FALLBACK)
    await rig.simulator.feedServer.close()
    await rig.connector.start()
    await rig.connector.waitReady()
    expect(rig.connector.feedSources.get(PAIR)).toBe('websocket')
  })

  test('for one pair, because QTX does not know its symbol: only that one is fed by the websocket', async () => {
    await using rig = await TradingRig.create(
      {},
      { ...FALLBACK, qtxSymbols: { [OTHER]: 'binance-futures:nothing' } },
    )
    await rig.connector.start()
    await rig.connector.waitReady()
    // On a slow machine a pair may have been silent for long enough before.
    await until(() => rig.connector.feedSources.get(PAIR) === 'udp', 'UDP for the pair that QTX knows')
    expect([...rig.connector.feedSources]).toEqual([
      [PAIR, 'udp'],
      [OTHER, 'websocket'],
    ])
    expect(rig.connector.status['udpFeed']?.reason).toContain(
      `${OTHER} is fed by the websocket (UDP: unknown symbol)`,
    )
    expect(rig.connector.price(OTHER, 'mid')!.toNumber()).toBeLessThan(10_000)
  })
})
