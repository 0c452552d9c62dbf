import { Backoff } from '../common/backoff.ts'
import { sleep, type Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import type { TypedEvents } from '../common/typed-events.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import { QtxError, messageOf } from '../errors.ts'
import type { AccountState } from './account-state.ts'
import type { Balance, FundingInfo, FundingPayment, Position, PositionMode } from './account-types.ts'
import type { ConnectorEvents } from './events.ts'
import { FundingPayments } from './funding-payments.ts'
import type { InFlightOrder } from './in-flight-order.ts'
import type { RecordedAccount } from './journal-keeper.ts'
import type { OrderRecorder } from './order-recorder.ts'
import { Reconciliation } from './reconciliation.ts'
import type { OrderResolver } from './order-resolver.ts'
import type { OrderTracker } from './order-tracker.ts'
import type { OrderUpdate, TradeUpdate } from './order-types.ts'
import { passed, waiting, type ConnectorStatus } from './status.ts'
import type { UserStream, UserStreamSink } from './user-stream.ts'

/** What the exchange is asked for. */
export interface AccountQueries {
  fetchBalances(signal: AbortSignal): Promise<readonly Balance[]>
  fetchPositions(signal: AbortSignal): Promise<readonly Position[]>
  fetchPositionMode(signal: AbortSignal): Promise<PositionMode>
  submitPositionMode(mode: PositionMode, signal: AbortSignal): Promise<void>
  fetchLeverage(pair: TradingPair, signal: AbortSignal): Promise<number | undefined>
  fetchOpenOrders(signal: AbortSignal): Promise<readonly OrderUpdate[]>
  fetchFundingInfo(pair: TradingPair, signal: AbortSignal): Promise<FundingInfo>
  fetchFundingPayments(
    pair: TradingPair,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly FundingPayment[]>
}

export interface AccountSyncOptions {
  readonly pairs: ReadonlySet<TradingPair>
  readonly clock: Clock
  readonly logger: Logger
  readonly random: () => number
  readonly signal: AbortSignal
  readonly events: TypedEvents<ConnectorEvents>
  readonly account: AccountState
  readonly tracker: OrderTracker
  readonly resolver: OrderResolver
  readonly queries: AccountQueries
  /** Whether an account in hedge mode is switched at the start; if not, the start is refused. */
  readonly switchToOneWay: boolean
  /** Looks locally for what became of orders whose outcome is not known. */
  readonly recoverOrders: (orders: readonly InFlightOrder[]) => void
  readonly recorder: () => OrderRecorder
  /** What an earlier process had on record; undefined where there is nothing. */
  readonly recorded: () => RecordedAccount | undefined
}

/** While the private stream speaks, it is the source and this only corrects; while it is silent, this is the source. */
const POLL_WITH_STREAM_MS = 120_000
const POLL_WITHOUT_STREAM_MS = 5_000
/** A stream's balance lacks what is available: it is fetched shortly after, once for a burst. */
const BALANCE_REFRESH_DELAY_MS = 250
/** Fills may come without a pause; asking after each of them would use up the requests that cancels and look-ups need. */
const BALANCE_REFRESH_INTERVAL_MS = 5_000

/**
 * Keeps the account true: applies what the private stream sends, and fetches everything over REST at the start, after
 * every reconnect of the stream, and now and then.
 */
export class AccountSync implements UserStreamSink {
  readonly #options: AccountSyncOptions
  readonly #fundingPayments: FundingPayments
  readonly #reconciliation: Reconciliation
  #stream: UserStream | undefined
  #streamConnected = false
  #streamReason = 'not connected yet'
  #connects = 0
  /** Since the start, or since the private stream was connected again. */
  #isReconciled = false
  #catchingUp: Promise<void> | undefined
  #catchUpCalls = 0
  #balanceRefreshPending = false
  #balanceRefreshedMs = -Infinity

  constructor(options: AccountSyncOptions) {
    this.#options = options
    this.#reconciliation = new Reconciliation(options)
    this.#fundingPayments = new FundingPayments({
      ...options,
      recordedSinceMs: () => options.recorded()?.fundingSinceMs,
      fetch: (pair, sinceMs, signal) => options.queries.fetchFundingPayments(pair, sinceMs, signal),
    })
  }

  /**
   * Reads the account, refuses what QTX cannot trade on, and starts the private stream. What fails for a moment is
   * tried on in the background.
   * @throws QtxError `QTX_POSITION_MODE`, `QTX_AUTH` and whatever else does not pass by itself.
   */
  async start(createStream: () => UserStream): Promise<void> {
    const { account, queries, signal, pairs } = this.#options
    account.setPositionMode(await queries.fetchPositionMode(signal))
    if (account.positionMode === 'hedge' && this.#options.switchToOneWay) {
      await queries.submitPositionMode('oneWay', signal)
      account.setPositionMode(await queries.fetchPositionMode(signal))
    }
    if (account.positionMode !== 'oneWay') {
      throw new QtxError(
        'QTX_POSITION_MODE',
        `the account is in ${String(account.positionMode)} mode, one-way mode is needed`,
        {
          details: { positionMode: account.positionMode },
        },
      )
    }
    this.#options.recoverOrders(this.#options.tracker.unresolved)
    await this.#reconciliation.reconcile('start', this.#options.recorded())
    this.#isReconciled = true
    for (const pair of pairs) {
      const leverage = await queries.fetchLeverage(pair, signal)
      if (leverage !== undefined) account.setLeverage(pair, leverage)
    }
    const stream = createStream()
    try {
      await stream.start(this)
    } catch (error) {
      await stream.stop()
      throw error
    }
    this.#stream = stream
    void this.#poll()
  }

  async stop(): Promise<void> {
    this.#streamConnected = false
    this.#streamReason = 'stopped'
    await this.#stream?.stop()
  }

  get status(): ConnectorStatus {
    const { account } = this.#options
    const keys = 'check the keys and the exchange; it is tried again by itself'
    return {
      positionMode: account.positionMode === 'oneWay' ? passed('one-way') : waiting('not read yet', keys),
      accountBalance:
        account.balancesMs === undefined
          ? waiting('balances not read yet', keys)
          : passed(`${account.balances.size} assets`),
      positions:
        account.positionsMs === undefined
          ? waiting('positions not read yet', keys)
          : passed(`${account.positions.size} open`),
      userStream: !this.#streamConnected
        ? waiting(
            `private stream ${this.#streamReason}`,
            'it reconnects by itself; check the network if it lasts',
          )
        : this.#isReconciled
          ? passed('connected and caught up')
          : waiting('connected, fetching what was missed', 'wait'),
    }
  }

  /** Whether the account is known to be as the exchange has it, up to what the private stream will tell. */
  get isReconciled(): boolean {
    return this.#isReconciled
  }

  /** When the private stream's last frame arrived, milliseconds since 1970; undefined before the first. */
  get streamReceivedMs(): number | undefined {
    return this.#stream?.lastReceivedMs
  }

  connected(): void {
    this.#streamConnected = true
    this.#connects++
    this.#isReconciled = false
    this.#options.logger.info({}, 'private stream connected, catching up over REST')
    void this.catchUp()
  }

  disconnected(reason: string): void {
    if (this.#streamConnected) this.#options.logger.warn({ reason }, `private stream disconnected: ${reason}`)
    this.#streamConnected = false
    this.#streamReason = `disconnected: ${reason}`
    this.#isReconciled = false
  }

  orderUpdate(update: OrderUpdate): void {
    const known = this.#options.tracker.applyOrderUpdate(update)
    if (!known) this.#options.logger.debug({ update }, 'order update of an order that is not tracked')
  }

  tradeUpdate(trade: TradeUpdate): void {
    this.#options.tracker.applyTradeUpdate(trade)
  }

  balances(changed: readonly Balance[]): void {
    this.#options.account.patchBalances(changed)
    if (changed.some((balance) => balance.available === undefined)) this.#refreshBalancesSoon()
  }

  positions(changed: readonly Position[]): void {
    const { account, pairs } = this.#options
    account.patchPositions(changed.filter((position) => pairs.has(position.pair)))
  }

  fundingPayment(payment: FundingPayment): void {
    this.#fundingPayments.report(payment)
  }

  /** Fetches everything and applies the difference; a call during another makes that one run once more. */
  catchUp(): Promise<void> {
    this.#catchUpCalls++
    // A turn later, so that a call from within the first request finds it under way.
    this.#catchingUp ??= Promise.resolve()
      .then(() => this.#catchUpUntilDone())
      .finally(() => (this.#catchingUp = undefined))
    return this.#catchingUp
  }

  async #catchUpUntilDone(): Promise<void> {
    const { clock, logger, random, signal } = this.#options
    // Trading waits for it.
    const backoff = new Backoff({ initialMs: 500, maxMs: 5_000, random })
    while (!this.#isStopped()) {
      const calls = this.#catchUpCalls
      try {
        if (this.#isReconciled || !this.#streamConnected) await this.#reconciliation.refresh()
        else await this.#reconciliation.reconcile(this.#connects > 1 ? 'reconnect' : 'start')
        if (this.#catchUpCalls !== calls) continue
        this.#isReconciled = this.#streamConnected
        // Trading need not wait for what was paid.
        await this.#fundingPayments.catchUp()
        if (this.#catchUpCalls !== calls) continue
        return
      } catch (error) {
        if (this.#isStopped()) return
        const delayMs = backoff.nextMs()
        logger.warn(
          { delayMs: Math.round(delayMs) },
          `account could not be fetched, trying again: ${messageOf(error)}`,
        )
        await sleep(clock, delayMs, signal)
      }
    }
  }

  #isStopped(): boolean {
    return this.#options.signal.aborted
  }

  #refreshBalancesSoon(): void {
    const { account, queries, clock, logger, signal } = this.#options
    if (this.#balanceRefreshPending) return
    this.#balanceRefreshPending = true
    const refresh = async () => {
      const sinceMs = clock.monotonicMs() - this.#balanceRefreshedMs
      await sleep(clock, Math.max(BALANCE_REFRESH_DELAY_MS, BALANCE_REFRESH_INTERVAL_MS - sinceMs), signal)
      this.#balanceRefreshPending = false
      if (signal.aborted) return
      this.#balanceRefreshedMs = clock.monotonicMs()
      const asked = { ms: clock.nowMs(), patchCount: account.patchCount }
      account.replaceBalances(await queries.fetchBalances(signal), asked)
    }
    refresh().catch((error: unknown) => {
      if (!signal.aborted) logger.warn({}, `balances could not be refreshed: ${messageOf(error)}`)
    })
  }

  async #poll(): Promise<void> {
    const { clock, signal } = this.#options
    let polledMs = clock.monotonicMs()
    for (;;) {
      await sleep(clock, 1_000, signal)
      if (signal.aborted) return
      const periodMs = this.#streamConnected ? POLL_WITH_STREAM_MS : POLL_WITHOUT_STREAM_MS
      if (clock.monotonicMs() - polledMs < periodMs) continue
      // From the beginning on: what was asked for first is that old at the end.
      polledMs = clock.monotonicMs()
      await this.catchUp()
    }
  }
}
