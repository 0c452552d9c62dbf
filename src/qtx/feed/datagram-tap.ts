import type { DatagramMemory } from '../../wire/market-data-codec.ts'
import type { DatagramRouter } from './datagram-router.ts'
import type { DatagramHandler } from './receiver.ts'
import type { BoundSymbol } from './subscription-table.ts'

/** Is shown everything that a feed receives, before the feed looks at it. Its methods must not throw. */
export interface DatagramTap {
  /** Called once, by the feed, at its creation. @param boundSymbols which indices mean something now. */
  attach(boundSymbols: () => readonly BoundSymbol[]): void
  /** What follows was received then, milliseconds since 1970 with fractions. */
  onBatch(receivedMs: number): void
  /** As `DatagramHandler` has it: the memory is overwritten after the call. */
  onDatagram(memory: DatagramMemory, offset: number, lengthBytes: number): void
  onMessage(memory: DatagramMemory, offset: number, lengthBytes: number): void
  onLapped(count: number, atMs: number): void
  onKernelDrops(count: number, atMs: number): void
  onSocketError(reason: string, atMs: number): void
}

/** Shows everything to a tap, and then hands it to the router as if nothing stood between. */
export class TappedHandler implements DatagramHandler {
  readonly #tap: DatagramTap
  readonly #router: DatagramRouter
  readonly #nowMs: () => number

  constructor(tap: DatagramTap, router: DatagramRouter, nowMs: () => number) {
    this.#tap = tap
    this.#router = router
    this.#nowMs = nowMs
  }

  onBatch(waitedMs = 0): void {
    this.#router.onBatch(waitedMs)
    this.#tap.onBatch(this.#router.lastReceivedMs)
  }

  onDatagram(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    this.#tap.onDatagram(memory, offset, lengthBytes)
    this.#router.onDatagram(memory, offset, lengthBytes)
  }

  onMessage(memory: DatagramMemory, offset: number, lengthBytes: number): void {
    this.#tap.onMessage(memory, offset, lengthBytes)
    this.#router.onMessage(memory, offset, lengthBytes)
  }

  onLapped(count: number): void {
    this.#tap.onLapped(count, this.#nowMs())
    this.#router.onLapped(count)
  }

  onKernelDrops(count: number): void {
    this.#tap.onKernelDrops(count, this.#nowMs())
    this.#router.onKernelDrops(count)
  }

  onSocketError(reason: string): void {
    this.#tap.onSocketError(reason, this.#nowMs())
    this.#router.onSocketError(reason)
  }
}
