import { SystemClock, type Clock } from '../../common/clock.ts'
import { silentLogger, type Logger } from '../../common/log.ts'
import { QtxError } from '../../errors.ts'
import type { RingOccupancy } from './order-ring.ts'
import type { LateAnswer } from './order-result.ts'
import type { OrderCounts } from './order-statistics.ts'

/** `lost`: the order manager removed or replaced the ring, or its content is not usable; `connect()` opens it again. */
export type OrderRingState = 'disconnected' | 'connecting' | 'connected' | 'lost'

/** What an order ring is opened with. */
export interface SharedMemoryManagerOptions {
  /** Such as `/place_order_x`; the QTX order manager creates it. */
  readonly sharedMemoryName: string
  /** Whose answers are read: `binance`, `okx`, … */
  readonly exchangeBackend: string
  readonly apiKey: string
  readonly apiSecret: string
  /** After this long without an answer a request's outcome is unknown, milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined
  /** How long publishing blocks for the answer, microseconds. Default 0: it does not. */
  readonly spinUs?: number | undefined
  /** How long answers are looked for in every turn of the event loop before timers do it, milliseconds. Default 5. */
  readonly busyMs?: number | undefined
  readonly clock?: Clock | undefined
  readonly logger?: Logger | undefined
  /** What became of a request whose result was unknown because of a timeout. */
  readonly onLateAnswer?: ((late: LateAnswer) => void) | undefined
  readonly onStateChange?: ((state: OrderRingState, reason: string) => void) | undefined
}

/** What an order ring has counted so far. */
export interface SharedMemoryStatistics extends OrderCounts {
  readonly state: OrderRingState
  readonly inFlight: number
  /** Undefined while not connected. */
  readonly ring: RingOccupancy | undefined
}

const DEFAULT_TIMEOUT_MS = 10_000
const DEFAULT_BUSY_MS = 5
/** The options with every default filled in. It holds the key: it stays in a private field. */
export type ResolvedOptions = {
  readonly [Name in keyof SharedMemoryManagerOptions]-?: Exclude<SharedMemoryManagerOptions[Name], undefined>
}

/** Fills in the defaults. @throws QtxError `QTX_CONFIG_INVALID` when a time is not a number in range. */
export function resolveOptions(options: SharedMemoryManagerOptions): ResolvedOptions {
  return {
    sharedMemoryName: options.sharedMemoryName,
    exchangeBackend: options.exchangeBackend,
    apiKey: options.apiKey,
    apiSecret: options.apiSecret,
    timeoutMs: assertTime('timeoutMs', options.timeoutMs ?? DEFAULT_TIMEOUT_MS, 1),
    spinUs: assertTime('spinUs', options.spinUs ?? 0, 0),
    busyMs: assertTime('busyMs', options.busyMs ?? DEFAULT_BUSY_MS, 0),
    clock: options.clock ?? new SystemClock(),
    logger: (options.logger ?? silentLogger).child({ component: 'order-ring' }),
    onLateAnswer: options.onLateAnswer ?? ignore,
    onStateChange: options.onStateChange ?? ignore,
  }
}

function ignore(): void {
  // Nobody listens.
}

function assertTime(name: string, value: number, min: number): number {
  if (Number.isFinite(value) && value >= min) return value
  throw new QtxError('QTX_CONFIG_INVALID', `${name} was ${value}, not a number of at least ${min}`, {
    details: { [name]: value },
  })
}
