import type {
  BookSnapshot,
  MarketDataSink,
  MarketDataSource,
} from '../../src/connector/market-data-source.ts'
import { deliver, flat, type MarketCall } from './market-call.ts'

interface SnapshotRequest {
  readonly pair: string
  readonly signal: AbortSignal
  readonly resolve: (snapshot: BookSnapshot) => void
  readonly reject: (error: Error) => void
}

export function snapshotOf(call: Extract<MarketCall, { kind: 'depth' | 'snapshot' }>): BookSnapshot {
  return {
    sequence: call.sequence,
    eventMs: call.eventMs,
    bids: flat(call.bids),
    asks: flat(call.asks),
  }
}

/** A market data source that delivers what a test tells it to, and whose snapshots a test answers. */
export class ReplaySource implements MarketDataSource {
  readonly sequencesComparable: boolean
  readonly sinks = new Map<string, MarketDataSink>()
  /** Requests that were not answered, oldest first. */
  readonly requests: SnapshotRequest[] = []
  readonly log: string[] = []
  startFailure: Error | undefined
  readonly snapshot?: (pair: string, signal: AbortSignal) => Promise<BookSnapshot>

  constructor(options: { readonly sequencesComparable?: boolean; readonly hasSnapshots?: boolean } = {}) {
    this.sequencesComparable = options.sequencesComparable ?? true
    if (options.hasSnapshots) {
      this.snapshot = (pair, signal) =>
        new Promise((resolve, reject) => this.requests.push({ pair, signal, resolve, reject }))
    }
  }

  start(): Promise<void> {
    this.log.push('start')
    return this.startFailure ? Promise.reject(this.startFailure) : Promise.resolve()
  }

  stop(): Promise<void> {
    this.log.push('stop')
    return Promise.resolve()
  }

  subscribe(pair: string, sink: MarketDataSink): void {
    this.log.push(`subscribe ${pair}`)
    this.sinks.set(pair, sink)
  }

  unsubscribe(pair: string): void {
    this.log.push(`unsubscribe ${pair}`)
  }

  deliver(pair: string, call: MarketCall): void {
    deliver(call, this.sinks.get(pair)!)
  }
}
