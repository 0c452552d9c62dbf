import { createHash } from 'node:crypto'
import type { ClientOrderIdGenerator } from '../common/client-order-id.ts'
import type { Clock } from '../common/clock.ts'
import { Decimal } from '../common/decimal.ts'
import type { Logger } from '../common/log.ts'
import type { TypedEvents } from '../common/typed-events.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import { QtxError, type ErrorCode } from '../errors.ts'
import { Journal } from '../journal/journal.ts'
import type { RecoveredOrder, RecoveredState } from '../journal/recovered-state.ts'
import type { JournalSettings } from './connector-options.ts'
import type { ConnectorEvents } from './events.ts'
import { JournalRecorder, NO_RECORD, type OrderRecorder } from './order-recorder.ts'
import type { AdoptedPast, OrderTracker } from './order-tracker.ts'
import type { TradeUpdate } from './order-types.ts'
import { passed, waiting, type ConnectorStatus } from './status.ts'

export interface JournalKeeperOptions {
  readonly settings: JournalSettings
  /** The connector's name and key; only a hash of the key is written. */
  readonly account: { readonly name: string; readonly apiKey: string }
  readonly pairs: ReadonlySet<TradingPair>
  readonly tracker: OrderTracker
  readonly orderIds: ClientOrderIdGenerator
  readonly events: TypedEvents<ConnectorEvents>
  readonly clock: Clock
  readonly logger: Logger
}

/** A payment is told within minutes, or not at all when the process ended; what was told is on record. */
const FUNDING_LOOK_BACK_MS = 3 * 24 * 3_600_000

/** What an earlier process had on record of the account, by name. */
export interface RecordedAccount {
  readonly positions: ReadonlyMap<string, Decimal>
  readonly balances: ReadonlyMap<string, Decimal>
  /** From when on funding payments may be missing on record, milliseconds since 1970. */
  readonly fundingSinceMs: number
}

/** The connector's journal between one start and its stop: what is recorded into it, and what is taken over from it. */
export class JournalKeeper {
  readonly #options: JournalKeeperOptions
  #journal: Journal | undefined
  #recorder: OrderRecorder = NO_RECORD
  #recordedAccount: RecordedAccount | undefined
  #unlisten: readonly (() => void)[] = []

  constructor(options: JournalKeeperOptions) {
    this.#options = options
  }

  /** @throws QtxError `QTX_STATE_INVALID` while it is not open. */
  get journal(): Journal {
    if (this.#journal) return this.#journal
    throw new QtxError('QTX_STATE_INVALID', 'the journal is not open', { remedy: 'call start() first' })
  }

  get recorder(): OrderRecorder {
    return this.#recorder
  }

  /** Undefined for a new journal. */
  get recordedAccount(): RecordedAccount | undefined {
    return this.#recordedAccount
  }

  /**
   * Opens the journal, takes over the orders that an earlier process left, and records from now on.
   * @throws QtxError `QTX_JOURNAL_BUSY`, `QTX_JOURNAL_FAILED`, `QTX_PLATFORM_UNSUPPORTED`.
   */
  async open(): Promise<void> {
    if (this.#journal) return
    const { settings, account, tracker, orderIds, events, clock, logger } = this.#options
    const journal = await Journal.open({
      ...settings,
      account: journalAccount(account.name, account.apiKey),
      clock,
      logger,
    })
    this.#journal = journal
    const { recovered } = journal
    const { rows } = await journal.history({ kind: 'orders', order: 'oldest', limit: 1 })
    this.#recordedAccount = recordedAccountOf(recovered, rows[0]?.createdMs)
    if (recovered.highestClientOrderId !== undefined) orderIds.startAfter(recovered.highestClientOrderId)
    const recorder = new JournalRecorder(journal, clock, logger)
    this.#recorder = recorder
    tracker.recordBy(recorder)
    this.#unlisten = [
      events.on('balanceUpdated', (balance) => recorder.balance(balance)),
      events.on('positionUpdated', (position) => recorder.position(position)),
    ]
    this.#adopt(recovered.orders)
    for (const order of recovered.ordersWithoutFees) {
      if (this.#options.pairs.has(order.pair)) tracker.adopt(identityOf(order), pastOf(order))
    }
  }

  async close(): Promise<void> {
    for (const unlisten of this.#unlisten) unlisten()
    this.#unlisten = []
    this.#options.tracker.recordBy(NO_RECORD)
    this.#recorder = NO_RECORD
    const journal = this.#journal
    this.#journal = undefined
    await journal?.close()
  }

  #adopt(orders: readonly RecoveredOrder[]): void {
    const { pairs, tracker, logger } = this.#options
    const adopted: string[] = []
    const left: string[] = []
    for (const order of orders) {
      if (!pairs.has(order.pair)) left.push(order.clientOrderId)
      else if (tracker.adopt(identityOf(order), pastOf(order))) adopted.push(order.clientOrderId)
    }
    if (adopted.length > 0) {
      logger.warn(
        { clientOrderIds: adopted },
        `${adopted.length} orders of an earlier process were taken over`,
      )
    }
    if (left.length > 0) {
      logger.warn(
        { clientOrderIds: left },
        `${left.length} orders of an earlier process are on pairs that this connector does not trade: they were left`,
      )
    }
  }
}

/** How a journal names the connector and the account that it is of. Only a hash of the key is in it. */
export function journalAccount(name: string, apiKey: string): string {
  return `${name} ${createHash('sha256').update(apiKey).digest('hex').slice(0, 16)}`
}

/** Orders are refused once something could not be put on record. */
export function journalCheck(keeper: JournalKeeper): ConnectorStatus[string] {
  const { failure } = keeper.recorder
  return failure === undefined
    ? passed('everything is on record')
    : waiting(`not everything is on record: ${failure}`, 'make room on the disk, then stop() and start()')
}

function identityOf(order: RecoveredOrder) {
  return {
    clientOrderId: order.clientOrderId,
    pair: order.pair,
    tradeType: order.tradeType,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    positionAction: order.positionAction,
    amount: new Decimal(order.amount),
    price: order.price === undefined ? undefined : new Decimal(order.price),
    maxSlippage: new Decimal(order.maxSlippage),
    leverage: order.leverage,
    createdMs: order.createdMs,
  }
}

function pastOf(order: RecoveredOrder): AdoptedPast {
  const { state, exchangeOrderId, code, message, fills } = order
  return {
    state,
    exchangeOrderId,
    // The journal has only codes that a connector wrote.
    reason: code === undefined ? undefined : { code: code as ErrorCode, message: message ?? code },
    fills: fills.map((fill): TradeUpdate => ({
      pair: fill.pair,
      tradeId: fill.tradeId,
      clientOrderId: fill.clientOrderId,
      ...(fill.exchangeOrderId !== undefined && { exchangeOrderId: fill.exchangeOrderId }),
      tradeType: fill.tradeType,
      price: new Decimal(fill.price),
      amount: new Decimal(fill.amount),
      ...(fill.feeAsset !== undefined &&
        fill.feeAmount !== undefined && {
          fee: { asset: fill.feeAsset, amount: new Decimal(fill.feeAmount) },
        }),
      isMaker: fill.isMaker,
      fillMs: fill.fillMs,
    })),
  }
}

function recordedAccountOf(
  recovered: RecoveredState,
  firstMs: number | undefined,
): RecordedAccount | undefined {
  if (recovered.lastMs === undefined) return undefined
  return {
    fundingSinceMs: Math.max(firstMs ?? recovered.lastMs, recovered.lastMs - FUNDING_LOOK_BACK_MS),
    positions: new Map([...recovered.positions].map(([pair, { amount }]) => [pair, new Decimal(amount)])),
    balances: new Map([...recovered.balances].map(([asset, { total }]) => [asset, new Decimal(total)])),
  }
}
