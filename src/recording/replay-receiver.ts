import type { DatagramHandler, Receiver, ReceiverStatistics } from '../qtx/feed/receiver.ts'
import type { DatagramMemory } from '../wire/market-data-codec.ts'

/** Hands on what was recorded as if it had just been received. What is sent goes nowhere: it was answered long ago. */
export class ReplayReceiver implements Receiver {
  readonly #handler: DatagramHandler
  readonly #onOpenChange: (receiver: ReplayReceiver, isOpen: boolean) => void
  #datagrams = 0
  #bytes = 0
  #kernelDrops = 0
  #laps = 0
  #socketErrors = 0

  constructor(handler: DatagramHandler, onOpenChange: (receiver: ReplayReceiver, isOpen: boolean) => void) {
    this.#handler = handler
    this.#onOpenChange = onOpenChange
  }

  open(): Promise<void> {
    this.#onOpenChange(this, true)
    return Promise.resolve()
  }

  send(): void {
    // The recording has the answers, when they came.
  }

  getStatistics(): ReceiverStatistics {
    return {
      kind: 'recording',
      localPort: 0,
      receiveBufferBytes: 0,
      kernelDrops: this.#kernelDrops,
      ringDrops: 0,
      datagrams: this.#datagrams,
      coalesced: 0,
      bytes: this.#bytes,
      laps: this.#laps,
      otherSender: 0,
      socketErrors: this.#socketErrors,
    }
  }

  noticeDrops(): void {
    // They are told where they were recorded.
  }

  close(): Promise<void> {
    this.#onOpenChange(this, false)
    return Promise.resolve()
  }

  onBatch(): void {
    this.#handler.onBatch()
  }

  onDatagram(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    this.#datagrams++
    this.#bytes += lengthBytes
    this.#handler.onDatagram(memory, offset, lengthBytes)
  }

  onMessage(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    this.#datagrams++
    this.#bytes += lengthBytes
    this.#handler.onMessage(memory, offset, lengthBytes)
  }

  /** An answer that the recording repeats; it is no datagram of its own. */
  onIndex(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    this.#handler.onDatagram(memory, offset, lengthBytes)
  }

  onLapped(count: number): void {
    this.#laps++
    this.#handler.onLapped(count)
  }

  onKernelDrops(count: number): void {
    this.#kernelDrops += count
    this.#handler.onKernelDrops(count)
  }

  /** Something is not in the recording: whatever is built from it has a hole here. */
  onHole(count: number): void {
    this.#handler.onKernelDrops(count)
  }

  onSocketError(reason: string): void {
    this.#socketErrors++
    this.#handler.onSocketError(reason)
  }
}
