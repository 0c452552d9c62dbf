import type { InFlightOrder, QtxConnector } from '../../index.ts'
import { QtxError } from '../../errors.ts'

/** Everything that was seen of one order. Times are of the monotonic clock, milliseconds. */
export interface OrderRecord {
  readonly clientOrderId: string
  /** When `buy` or `sell` was called. */
  sentMs: number
  /** When the connector knew the exchange's answer. */
  answeredMs: number | undefined
  firstFillMs: number | undefined
  completedMs: number | undefined
  canceledMs: number | undefined
  filledAmount: number
  filledQuote: number
  /** Why it failed. */
  failure: string | undefined
}

/** One line of the list of orders and fills. */
export interface JournalLine {
  readonly atMs: number
  readonly kind: 'sent' | 'answered' | 'filled' | 'completed' | 'canceled' | 'failed' | 'unknown'
  readonly text: string
}

/** Follows a connector's orders through its events, as a strategy would, and notes when it learned what. */
export class OrderJournal {
  readonly lines: JournalLine[] = []
  readonly #connector: QtxConnector
  readonly #now: () => number
  readonly #records = new Map<string, OrderRecord>()
  readonly #waiting = new Set<() => void>()
  readonly #off: readonly (() => void)[]

  /** @param now the monotonic clock, milliseconds. */
  constructor(connector: QtxConnector, now: () => number) {
    this.#connector = connector
    this.#now = now
    const onCreated = (event: { clientOrderId: string; exchangeOrderId: string | undefined }): void => {
      this.#record(event.clientOrderId).answeredMs ??= now()
      this.#note('answered', `exchange order ${event.exchangeOrderId ?? 'not numbered yet'} is open`)
    }
    const onCompleted = (event: { clientOrderId: string }): void => {
      const record = this.#record(event.clientOrderId)
      record.completedMs ??= now()
      this.#note('completed', `filled completely at ${averagePrice(record).toFixed(2)}`)
    }
    this.#off = [
      connector.on('buyOrderCreated', onCreated),
      connector.on('sellOrderCreated', onCreated),
      connector.on('buyOrderCompleted', onCompleted),
      connector.on('sellOrderCompleted', onCompleted),
      connector.on('orderFilled', ({ clientOrderId, tradeType, amount, price, pair }) => {
        const record = this.#record(clientOrderId)
        record.firstFillMs ??= now()
        record.filledAmount += amount.toNumber()
        record.filledQuote += amount.mul(price).toNumber()
        this.#note('filled', `${tradeType} ${amount.toString()} ${pair} at ${price.toString()}`)
      }),
      connector.on('orderCancelled', ({ clientOrderId, pair, tradeType, orderType }) => {
        this.#record(clientOrderId).canceledMs ??= now()
        this.#note('canceled', `${tradeType} ${pair} ${orderType} is off the book`)
      }),
      connector.on('orderFailure', ({ clientOrderId, errorMessage }) => {
        this.#record(clientOrderId).failure = errorMessage
        this.#note('failed', errorMessage)
      }),
      connector.on('orderSubmitUnknown', ({ errorMessage }) => {
        this.#note('unknown', `${errorMessage}; it is being looked up`)
      }),
      connector.on('positionUpdated', () => this.#wake()),
    ]
  }

  /** Every order, in the order of sending. */
  get orders(): readonly OrderRecord[] {
    return [...this.#records.values()]
  }

  close(): void {
    for (const off of this.#off) off()
  }

  /**
   * Sends an order by calling `place`, and notes the moment before.
   * @param what the order in words.
   */
  send(what: string, place: () => string): OrderRecord {
    const sentMs = this.#now()
    this.#note('sent', what)
    const record = this.#record(place())
    record.sentMs = sentMs
    return record
  }

  /**
   * Resolves when the condition holds; looked at after every event.
   * @throws QtxError `QTX_TIMEOUT` naming what was waited for; also when the signal aborts.
   */
  async until(
    isTrue: () => boolean,
    what: string,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const giveUp = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)])
    while (!isTrue()) {
      if (giveUp.aborted) {
        const why = options.signal.aborted ? 'the demo was stopped' : `${options.timeoutMs} ms passed`
        throw new QtxError('QTX_TIMEOUT', `${what} was not seen before ${why}`, {
          remedy: 'run it again with --debug',
        })
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake)
          giveUp.removeEventListener('abort', wake)
          resolve()
        }
        this.#waiting.add(wake)
        giveUp.addEventListener('abort', wake, { once: true })
      })
    }
  }

  /** Orders that are not done. */
  get open(): ReadonlyMap<string, Readonly<InFlightOrder>> {
    return this.#connector.inFlightOrders
  }

  #record(clientOrderId: string): OrderRecord {
    let record = this.#records.get(clientOrderId)
    if (!record) {
      record = {
        clientOrderId,
        sentMs: this.#now(),
        answeredMs: undefined,
        firstFillMs: undefined,
        completedMs: undefined,
        canceledMs: undefined,
        filledAmount: 0,
        filledQuote: 0,
        failure: undefined,
      }
      this.#records.set(clientOrderId, record)
    }
    return record
  }

  #note(kind: JournalLine['kind'], text: string): void {
    this.lines.push({ atMs: this.#now(), kind, text })
    this.#wake()
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}

/** What the fills cost on average; NaN without one. */
export function averagePrice({ filledAmount, filledQuote }: OrderRecord): number {
  return filledQuote / filledAmount
}
