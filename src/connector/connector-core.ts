import { ClientOrderIdGenerator } from '../common/client-order-id.ts'
import { SystemClock, type Clock } from '../common/clock.ts'
import { createLogger, type Logger } from '../common/log.ts'
import { parseTradingPair, type TradingPair } from '../common/trading-pair.ts'
import { TypedEvents } from '../common/typed-events.ts'
import { QtxError, messageOf } from '../errors.ts'
import type { Journal } from '../journal/journal.ts'
import { AccountState } from './account-state.ts'
import { CircuitBreakers } from './circuit-breakers.ts'
import type { ConnectorOptions, ExchangeCredentials } from './connector-options.ts'
import type { ConnectorEvents, NetworkStatus } from './events.ts'
import { JournalKeeper } from './journal-keeper.ts'
import { OrderTracker } from './order-tracker.ts'
import { composeConnector, type HookCalls, type RunningConnector } from './running-connector.ts'

/** What a connector is made of, whether it runs or not: what outlives a stop, and what runs between a start and a stop. */
export class ConnectorCore {
  readonly pairs: ReadonlySet<TradingPair>
  readonly isTradingRequired: boolean
  readonly options: Omit<ConnectorOptions, 'credentials'>
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  readonly events: TypedEvents<ConnectorEvents>
  readonly account: AccountState
  readonly tracker: OrderTracker
  readonly breakers: CircuitBreakers
  // Private to the engine too: whoever prints the connector does not print its keys.
  readonly #credentials: ExchangeCredentials | undefined
  readonly #orderIds: ClientOrderIdGenerator
  #journalKeeper: JournalKeeper | undefined
  /** Undefined while the connector is stopped. */
  running: RunningConnector | undefined
  #networkStatus: NetworkStatus = 'stopped'

  constructor(options: ConnectorOptions) {
    for (const pair of options.tradingPairs) parseTradingPair(pair)
    const { credentials, ...publicOptions } = options
    this.options = publicOptions
    this.#credentials = credentials
    this.pairs = new Set(options.tradingPairs)
    this.isTradingRequired = options.tradingRequired ?? true
    this.clock = options.clock ?? new SystemClock()
    this.logger = options.logger ?? createLogger('info')
    this.random = options.random ?? Math.random
    this.events = new TypedEvents((error, event) => {
      this.logger.error(
        { event, error: messageOf(error) },
        `a listener of ${event} threw: ${messageOf(error)}`,
      )
    })
    this.account = new AccountState(this.clock, this.events)
    this.breakers = new CircuitBreakers({
      options: options.circuitBreakers ?? {},
      clock: this.clock,
      random: this.random,
      logger: this.logger,
      onChange: (change) => this.events.emit('circuitBreakerChanged', change),
    })
    this.#orderIds = new ClientOrderIdGenerator({ clock: this.clock })
    this.tracker = new OrderTracker({
      clock: this.clock,
      events: this.events,
      onLookUpNeeded: (order) => this.running?.resolver.lookUp(order),
    })
  }

  get credentials(): ExchangeCredentials | undefined {
    return this.#credentials
  }

  get networkStatus(): NetworkStatus {
    return this.#networkStatus
  }

  /** Undefined before the first start, and where nothing is put on record. */
  get journalKeeper(): JournalKeeper | undefined {
    return this.#journalKeeper
  }

  /** @throws QtxError `QTX_STATE_INVALID` unless the connector runs. */
  require(): RunningConnector {
    if (this.running) return this.running
    throw new QtxError('QTX_STATE_INVALID', 'the connector is not running', { remedy: 'call start() first' })
  }

  /** @throws QtxError `QTX_TRADING_NOT_ENABLED`, `QTX_STATE_INVALID`. */
  requireTrading(): RunningConnector {
    if (this.isTradingRequired) return this.require()
    throw new QtxError('QTX_TRADING_NOT_ENABLED', 'this connector is for market data only')
  }

  /** @throws QtxError `QTX_STATE_INVALID` without a journal, or before it is open. */
  requireJournal(): Journal {
    if (this.#journalKeeper) return this.#journalKeeper.journal
    if (this.options.journal) this.require()
    throw new QtxError('QTX_STATE_INVALID', 'nothing is put on record: no journal is configured', {
      remedy: 'give journal: { folder } in the configuration',
    })
  }

  /** Puts the parts together that run from now on; starts nothing. @param name the connector's. */
  compose(name: string, hooks: HookCalls, marketDataNeedsNetwork: boolean): RunningConnector {
    this.#journalKeeper ??= this.#createJournalKeeper(name)
    return composeConnector({
      pairs: this.pairs,
      isTradingRequired: this.isTradingRequired,
      marketDataNeedsNetwork,
      options: this.options,
      clock: this.clock,
      logger: this.logger,
      random: this.random,
      events: this.events,
      account: this.account,
      tracker: this.tracker,
      orderIds: this.#orderIds,
      journal: this.#journalKeeper,
      hooks,
      onNetwork: (isReachable, reason) =>
        this.setNetworkStatus(isReachable ? 'connected' : 'notConnected', reason),
    })
  }

  /** Stops what ran. */
  async unwind(running: RunningConnector): Promise<void> {
    running.abort.abort()
    await running.startup.unwind()
    this.breakers.reset('the connector was stopped')
    this.setNetworkStatus('stopped', 'stop() was called')
    this.events.closeStreams()
  }

  setNetworkStatus(status: NetworkStatus, reason: string): void {
    if (status === this.#networkStatus) return
    this.#networkStatus = status
    this.events.emit('networkStatus', { status, reason })
  }

  #createJournalKeeper(name: string): JournalKeeper | undefined {
    const { journal: settings } = this.options
    const apiKey = this.#credentials?.apiKey
    if (!settings || !this.isTradingRequired || apiKey === undefined) return undefined
    return new JournalKeeper({
      settings,
      account: { name, apiKey },
      pairs: this.pairs,
      tracker: this.tracker,
      orderIds: this.#orderIds,
      events: this.events,
      clock: this.clock,
      logger: this.logger,
    })
  }
}
