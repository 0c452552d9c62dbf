import { randomBytes } from 'node:crypto'
import { SystemClock, type Clock } from '../common/clock.ts'
import { Decimal } from '../common/decimal.ts'
import { silentLogger } from '../common/log.ts'
import { parseTradingPair, type TradingPair } from '../common/trading-pair.ts'
import { QtxError } from '../errors.ts'
import { toQtxSymbol, type ExchangeBackend } from '../wire/symbol-names.ts'
import type { SimulatedAccount } from './exchange/credential-store.ts'
import type { Instrument } from './exchange/instrument.ts'
import { SIMULATED_DIALECTS } from './exchange/simulated-dialects.ts'
import { startSimulatedExchange, type SimulatedExchange } from './exchange/simulated-exchange.ts'
import { toFeedUnits } from './feed/feed-units.ts'
import { FeedServer, type FeedServerStatistics } from './feed/feed-server.ts'
import type { StreamRingNames } from '../wire/stream-ring-layout.ts'
import { MarketModel } from './feed/market-model.ts'
import type { MarketEvent } from './market-event.ts'
import type { MarketSource } from './feed/market-source.ts'
import { ModelSource } from './feed/model-source.ts'
import { RecordingSource, type RecordingStatistics } from './feed/recording.ts'
import { OrderManager, type OrderManagerStatistics } from './orders/order-manager.ts'
import {
  DEMO_ACCOUNT,
  DEMO_PAIRS,
  MODEL_PRICES,
  type SimulatorOptions,
  type SimulatorSource,
} from './simulator-options.ts'
import { SourcePlayer } from './feed/source-player.ts'
import { StreamRingWriter } from './feed/stream-ring-writer.ts'

export type { SimulatedAccount } from './exchange/credential-store.ts'
export type { SimulatedExchange } from './exchange/simulated-exchange.ts'
export type { FeedFaultOptions } from './feed/feed-faults.ts'
export type { FeedServerStatistics } from './feed/feed-server.ts'
export type { RecordingStatistics } from './feed/recording.ts'
export type { AnswerBehaviourOptions } from './orders/answer-behaviour.ts'
export type { OrderManagerStatistics } from './orders/order-manager.ts'
export type { SimulatorOptions, SimulatorSource } from './simulator-options.ts'
export { DEMO_ACCOUNT, DEMO_PAIRS } from './simulator-options.ts'

/** What the parts of a simulator have counted so far. */
export interface SimulatorStatistics {
  /** Events that the source has made. */
  readonly marketEvents: number
  /** Present when a recording plays. */
  readonly recording: RecordingStatistics | undefined
  readonly feed: FeedServerStatistics
  readonly orders: OrderManagerStatistics
}

/** A running simulator: QTX's feed and order manager, and the exchange behind both. */
export interface Simulator extends AsyncDisposable {
  readonly feed: { readonly host: string; readonly port: number }
  readonly sharedMemoryName: string
  /** Names of the stream rings, where market data is written to shared memory too. */
  readonly streamRings: StreamRingNames | undefined
  /** Base addresses of the exchange's servers. */
  readonly exchangeEndpoints: { readonly rest: string; readonly websocket: string }
  /** QTX symbols by pair. */
  readonly symbols: Readonly<Record<TradingPair, string>>
  /** The first account. */
  readonly account: SimulatedAccount
  /** Which exchange is simulated. */
  readonly exchangeBackend: ExchangeBackend
  readonly exchange: SimulatedExchange
  readonly feedServer: FeedServer
  readonly orderManager: OrderManager
  /** Plays the source, or gives the run that is on or has ended; resolves at its end, rejects when it fails. */
  startSource(): Promise<void>
  /** Stops the market: no event comes until `startSource()`, which plays a recording from its beginning. */
  stopSource(): void
  statistics(): SimulatorStatistics
  /** Removes the stream rings alone, at once; `close()` does it too. For a process that ends before that. */
  closeStreamRings(): void
  /** Stops everything and removes the shared memory object. Calling it again does nothing. */
  close(): Promise<void>
}

/**
 * Starts the feed server, the exchange, the order manager and the market. When a part cannot be started, those that
 * were are stopped.
 * @throws QtxError `QTX_CONFIG_INVALID`, `QTX_EXCHANGE_UNSUPPORTED`, `QTX_PAIR_UNKNOWN`, `QTX_FEED_UNREACHABLE`, `QTX_EXCHANGE_DOWN`,
 * `QTX_SHM_ACCESS`, `QTX_PLATFORM_UNSUPPORTED`.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = options.clock ?? new SystemClock()
  const log = options.log ?? silentLogger
  const seed = options.seed ?? 1
  const host = options.host ?? '127.0.0.1'
  const backend = options.exchange ?? 'binance'
  // Types do not hold at run time.
  if (!Object.hasOwn(SIMULATED_DIALECTS, backend)) {
    const known = Object.keys(SIMULATED_DIALECTS).join(', ')
    throw new QtxError('QTX_EXCHANGE_UNSUPPORTED', `there is no simulated ${backend}; there are ${known}`)
  }
  const dialect = SIMULATED_DIALECTS[backend]
  const markets = (options.pairs ?? DEMO_PAIRS).map((pair) => marketOf(pair, backend, options.qtxSymbols))
  const accounts = options.accounts ?? [DEMO_ACCOUNT]
  const account = accounts[0]
  if (!account) throw new QtxError('QTX_CONFIG_INVALID', 'the simulator needs an account, accounts is empty')
  if (markets.length === 0)
    throw new QtxError('QTX_CONFIG_INVALID', 'the simulator needs a pair, pairs is empty')

  const started: (() => void | Promise<void>)[] = []
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= stopAll(started))
  try {
    const streamRings = createStreamRings(options.streamRings)
    if (streamRings) started.push(() => streamRings.close())
    const feedServer = await FeedServer.open({
      ...options.feed,
      streamRings,
      symbols: Object.fromEntries(markets.map(({ qtxSymbol, instrument }) => [qtxSymbol, instrument.symbol])),
      host,
      port: options.feedPort,
      seed,
      faults: options.faults,
      clock,
      log,
    })
    started.push(() => feedServer.close())

    const contractSizes = new Map(
      markets.map(({ instrument }) => [instrument.symbol, instrument.contractSize.toNumber()]),
    )
    const exchange = await startSimulatedExchange(dialect, {
      host,
      port: options.exchangePort ?? 0,
      accounts,
      symbols: markets.map(({ instrument }) => instrument.symbol),
      fees: options.fees && {
        maker: new Decimal(options.fees.maker),
        taker: new Decimal(options.fees.taker),
      },
      onMarketEvent: (event) => feedServer.publish(toFeedUnits(event, contractSizes.get(event.symbol) ?? 1)),
      clock,
      logger: log,
    })
    started.push(() => exchange.close())

    const orderManager = new OrderManager({
      ...options.orderManager,
      sharedMemoryName: options.sharedMemoryName ?? ownRingName(),
      gateway: exchange.createGateway(),
      seed,
      clock,
      log,
    })
    started.push(() => orderManager.close())

    const source = createSource(options.source ?? { kind: 'model' }, markets, seed, clock, feedServer)
    const symbolOf = new Map(
      markets.map(({ instrument: each }) => [`${each.baseAsset}${each.quoteAsset}`, each.symbol]),
    )
    const player = new SourcePlayer(source, (event) => exchange.applyMarketEvent(named(event, symbolOf)), log)
    started.push(() => player.stop())
    if (options.playFromStart ?? true) await player.startAndAwaitFirst()

    return {
      feed: feedServer.address,
      sharedMemoryName: orderManager.sharedMemoryName,
      streamRings: streamRings?.names,
      exchangeEndpoints: exchange.endpoints,
      symbols: Object.fromEntries(markets.map(({ pair, qtxSymbol }) => [pair, qtxSymbol])),
      account,
      exchangeBackend: backend,
      exchange,
      feedServer,
      orderManager,
      startSource: () => player.start(),
      stopSource: () => player.stop(),
      statistics: () => ({
        marketEvents: player.events,
        recording: source instanceof RecordingSource ? source.statistics : undefined,
        feed: feedServer.statistics,
        orders: orderManager.statistics,
      }),
      closeStreamRings: () => streamRings?.close(),
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** A recording's event with the simulated exchange's own symbol. */
function named(event: MarketEvent, symbolOf: ReadonlyMap<string, string>): MarketEvent {
  const symbol = symbolOf.get(event.symbol)
  return symbol === undefined || symbol === event.symbol ? event : { ...event, symbol }
}

/** Stops the parts, the last one first; a part that cannot be stopped does not keep the others running. */
async function stopAll(started: readonly (() => void | Promise<void>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const stop of started.toReversed()) {
    try {
      await stop()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

interface SimulatedMarket {
  readonly pair: TradingPair
  readonly qtxSymbol: string
  readonly instrument: Instrument
}

function marketOf(
  pair: TradingPair,
  backend: ExchangeBackend,
  qtxSymbols: SimulatorOptions['qtxSymbols'],
): SimulatedMarket {
  const { base, quote } = parseTradingPair(pair)
  const { instruments } = SIMULATED_DIALECTS[backend]
  const instrument = instruments.find((each) => each.baseAsset === base && each.quoteAsset === quote)
  if (!instrument) {
    const known = instruments.map((each) => `${each.baseAsset}-${each.quoteAsset}`)
    throw new QtxError('QTX_PAIR_UNKNOWN', `the simulated exchange has no ${pair}`, {
      remedy: `use ${known.join(', ')}`,
    })
  }
  return { pair, instrument, qtxSymbol: qtxSymbols?.[pair] ?? toQtxSymbol(pair, backend) }
}

function createSource(
  source: SimulatorSource,
  markets: readonly SimulatedMarket[],
  seed: number,
  clock: Clock,
  feedServer: FeedServer,
): MarketSource {
  if (source.kind === 'recording') {
    const { file, speed, times = 'now' } = source
    return new RecordingSource({ file, speed, times, clock, consumed: () => feedServer.drained() })
  }
  const { messagesPerSecond, prices = {} } = source
  const symbols = markets.map(({ pair, instrument }) => {
    const price = prices[pair] ?? MODEL_PRICES[pair]
    if (price === undefined) {
      throw new QtxError('QTX_CONFIG_INVALID', `the model has no price to start ${pair} from`, {
        remedy: 'give one in prices',
      })
    }
    const { symbol, tickSize, stepSize } = instrument
    return { symbol, tickSize: tickSize.toString(), stepSize: stepSize.toString(), price }
  })
  return new ModelSource(new MarketModel({ symbols, seed, messagesPerSecond }), clock)
}

function createStreamRings(names: SimulatorOptions['streamRings']): StreamRingWriter | undefined {
  if (names === undefined || names === false) return undefined
  const own = ownRingName()
  return new StreamRingWriter(
    names === true ? { messages: `${own}_stream`, levels: `${own}_stream_l2` } : names,
  )
}

function ownRingName(): string {
  return `/qtx_sim_${process.pid}_${randomBytes(4).toString('hex')}`
}
