import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks'
import { Counter, Gauge, Registry } from 'prom-client'
import type { MetricRow, MetricSource } from './metric-rows.ts'
import { METRICS } from './metric-table.ts'
import { EVENT_LOOP_RESOLUTION_MS } from './process-metrics.ts'
import type { ServiceContext } from './service-context.ts'

/** The metrics of a service, read from its statistics when they are asked for. */
export class Metrics implements Disposable {
  readonly #registry = new Registry()
  readonly #eventLoop: IntervalHistogram = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS })
  readonly #context: () => ServiceContext | undefined
  #source: MetricSource | undefined

  /** @param context undefined until the service can answer; its metrics are left out then. */
  constructor(context: () => ServiceContext | undefined) {
    this.#context = context
    this.#eventLoop.enable()
    for (const row of METRICS) this.#register(row)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** In Prometheus's text form. */
  async text(): Promise<string> {
    const context = this.#context()
    const connector = context?.connector
    this.#source = {
      context,
      status: connector?.status ?? {},
      feed: connector?.feedStatistics,
      ring: connector?.orderRingStatistics,
      requests: connector?.requestStatistics,
      eventLoop: this.#eventLoop,
    }
    const text = await this.#registry.metrics()
    this.#eventLoop.reset()
    return text
  }

  [Symbol.dispose](): void {
    this.#eventLoop.disable()
    this.#registry.clear()
  }

  #register({ name, help, type, labels, read }: MetricRow): void {
    const samples = () => (this.#source ? [...read(this.#source)] : [])
    const common = { name, help, labelNames: [...labels], registers: [this.#registry] }
    if (type === 'counter') {
      const counter = new Counter({
        ...common,
        collect: () => {
          counter.reset()
          for (const { labels: of = {}, value } of samples()) counter.inc(of, value)
        },
      })
    } else {
      const gauge = new Gauge({
        ...common,
        collect: () => {
          gauge.reset()
          for (const { labels: of = {}, value } of samples()) gauge.set(of, value)
        },
      })
    }
  }
}
