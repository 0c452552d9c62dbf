import {
  DECODE,
  MarketDataMessage,
  decodeMarketData,
  type DatagramMemory,
  type DecodeResult,
} from '../../wire/market-data-codec.ts'
import { isControlText } from '../../wire/control-text.ts'
import type { FeedCounters } from './feed-counters.ts'
import type { FirstOfKindLog } from './first-of-kind-log.ts'
import type { DatagramHandler } from './receiver.ts'
import type { SubscriptionTable } from './subscription-table.ts'

const RESULT_NAMES = {
  [DECODE.SHORT]: 'short',
  [DECODE.LENGTH]: 'length',
  [DECODE.TYPE]: 'type',
  [DECODE.VALUE]: 'value',
}

/** A text longer than this is no answer that is known. */
const LONGEST_TEXT_BYTES = 1_024

export interface DatagramRouterOptions {
  readonly table: SubscriptionTable
  readonly counters: FeedCounters
  readonly faults: FirstOfKindLog
  readonly nowMs: () => number
  readonly onText: (text: string) => void
  readonly onKernelDrops: (count: number) => void
  readonly onLapped: (count: number) => void
  readonly onSocketError: (reason: string) => void
}

/**
 * Takes each datagram from the receiver: text goes to whoever waits for answers, messages are decoded in place and go
 * to their subscription, anything else is counted by reason. Allocates nothing for a message, and never throws.
 */
export class DatagramRouter implements DatagramHandler {
  readonly #options: DatagramRouterOptions
  readonly #message = new MarketDataMessage()
  /**
   * Undefined at first, so that the engine keeps one number object a batch and hands that on, instead of making one
   * for each message.
   */
  #receivedMs: number | undefined

  constructor(options: DatagramRouterOptions) {
    this.#options = options
  }

  /** When the last batch was received; 0 before the first. */
  get lastReceivedMs(): number {
    return this.#receivedMs ?? 0
  }

  onBatch(waitedMs = 0): void {
    this.#receivedMs = this.#options.nowMs() - waitedMs
  }

  onDatagram(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    if (isControlText(memory.bytes, offset, lengthBytes)) {
      this.#onText(memory, offset, lengthBytes)
      return
    }
    this.onMessage(memory, offset, lengthBytes)
  }

  onMessage(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    const { table, counters } = this.#options
    const message = this.#message
    const result = decodeMarketData(memory, offset, lengthBytes, message)
    counters.countResult(result)
    if (result !== DECODE.OK) {
      this.#reportMalformed(result, lengthBytes < 4 ? undefined : memory.int32[offset >> 2], lengthBytes)
      return
    }
    const subscription = table.byIndex(message.index)
    if (!subscription) {
      counters.countUnknownIndex()
      return
    }
    const receivedMs = this.#receivedMs ?? 0
    if (counters.isLatencyDue()) {
      counters.countLatency(receivedMs - message.localMs)
      if (message.kernelMs > 0) counters.countKernelLatency(this.#options.nowMs() - message.kernelMs)
    }
    subscription.accept(message, receivedMs)
  }

  onKernelDrops(count: number): void {
    this.#options.faults.warn(
      'kernel drops',
      { count },
      `${count} QTX UDP datagrams were dropped for want of buffer: the process was too busy, or receiveBufferBytes or workerRingBytes is too small`,
    )
    this.#options.onKernelDrops(count)
  }

  onLapped(count: number): void {
    this.#options.faults.warn(
      'lapped',
      { count },
      `QTX wrote a whole stream ring before it was read: at least ${count} messages were lost`,
    )
    this.#options.onLapped(count)
  }

  onSocketError(reason: string): void {
    this.#options.faults.warn(`socket ${reason}`, { reason }, `QTX UDP socket reported ${reason}`)
    this.#options.onSocketError(reason)
  }

  #onText(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    const end = offset + Math.min(lengthBytes, LONGEST_TEXT_BYTES)
    this.#options.onText(Buffer.from(memory.bytes.subarray(offset, end)).toString('latin1'))
  }

  #reportMalformed(
    result: Exclude<DecodeResult, typeof DECODE.OK>,
    type: number | undefined,
    lengthBytes: number,
  ): void {
    const reason = RESULT_NAMES[result]
    this.#options.faults.warn(
      `malformed ${reason}`,
      { reason, type, lengthBytes },
      `QTX UDP datagram of ${lengthBytes} bytes was dropped (${reason})`,
    )
  }
}
