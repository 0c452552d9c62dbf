import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { QtxConnectorConfigInput } from '../src/config/connector-config.ts'
import { SeededRandom } from '../src/simulator/feed/seeded-random.ts'
import { audit } from './audit.ts'
import type { SoakReport } from './report.ts'
import type { SoakOptions } from './soak-options.ts'
import { readEvents } from './told-events.ts'
import type { LifeCounts } from './trader-messages.ts'
import { TraderProcess } from './trader-process.ts'
import { Venue } from './venue.ts'

/** Of each exchange, about. */
const FAULT_EVERY_MS = 5_000
const STEP_MS = 50
/** Where starting takes long, trading goes on for longer, up to this many times the time that was asked for. */
const LONGEST = 2

/** The exchanges, the journals, and one trader after the other. Nothing of it is left when it is disposed of. */
export class SoakRun implements AsyncDisposable {
  readonly #options: SoakOptions
  readonly #random: SeededRandom
  readonly #venues: Venue[] = []
  readonly #folder = mkdtempSync(join(tmpdir(), 'qtx-soak-'))
  readonly #counts: Readonly<Record<string, LifeCounts>>[] = []
  readonly #memoryMb: (readonly number[])[] = []
  #life: TraderProcess | undefined
  #lives = 0
  #isDisposed = false

  constructor(options: SoakOptions) {
    this.#options = options
    this.#random = new SeededRandom(options.seed)
  }

  /** Trades through faults and kills, then heals, ends in order, and compares. */
  async run(): Promise<SoakReport> {
    const { seed, backends } = this.#options
    for (const [index, backend] of backends.entries()) {
      const venue = await Venue.open(backend, seed + index, new SeededRandom(1_000 * seed + index))
      if (this.#isDisposed) await venue[Symbol.asyncDispose]()
      else this.#venues.push(venue)
    }
    const startedMs = performance.now()
    const tradedMs = await this.#trade()
    if (this.#isOver()) throw new Error('the run was interrupted')
    for (const venue of this.#venues) venue.heal()
    const ends = await this.#life!.finish()
    this.#noteLife(this.#life!)
    for (const venue of this.#venues) venue.simulator.stopSource()
    const exchanges = []
    for (const venue of this.#venues) {
      const { backend, faults } = venue
      const told = Array.from({ length: this.#lives }, (_, life) =>
        readEvents(this.#eventFile(backend, life)),
      )
      const config = this.#configOf(venue)
      exchanges.push({ backend, faults, audit: await audit(venue, config, ends[backend]!, told) })
    }
    const durationMs = performance.now() - startedMs
    const { options, kills, lives } = { options: this.#options, kills: this.#lives - 1, lives: this.#counts }
    return { options, durationMs, tradedMs, kills, lives, memoryMb: this.#memoryMb, exchanges }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    await this.#life?.kill()
    await Promise.all(this.#venues.map((venue) => venue[Symbol.asyncDispose]()))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Returns for how long a trader was ready, milliseconds. */
  async #trade(): Promise<number> {
    const { durationMs, killEveryMs } = this.#options
    const startedMs = performance.now()
    const elapsedMs = () => performance.now() - startedMs
    let nextFaultMs = FAULT_EVERY_MS
    let isFundingPaid = false
    let tradedMs = 0
    while (!this.#isOver()) {
      const life = this.#startLife()
      this.#life = life
      const livesMs = killEveryMs * this.#random.between(0.4, 1.6)
      // Mostly it is killed while it trades, sometimes while it starts.
      const latestMs = this.#random.chance(0.2) ? elapsedMs() + livesMs : Infinity
      let readyMs: number | undefined
      let failure: unknown
      life.ready().then(
        () => (readyMs = elapsedMs()),
        (error: unknown) => (failure = error),
      )
      while (elapsedMs() < Math.min(latestMs, (readyMs ?? Infinity) + livesMs) && !this.#isOver()) {
        const stepMs = elapsedMs()
        await sleep(STEP_MS)
        if (failure !== undefined) throw failure instanceof Error ? failure : new Error('the trader failed')
        if (readyMs !== undefined) tradedMs += elapsedMs() - stepMs
        if (tradedMs >= durationMs || elapsedMs() >= LONGEST * durationMs) return tradedMs
        if (elapsedMs() >= nextFaultMs) {
          this.#venues[this.#random.integer(this.#venues.length)]!.injectFault()
          nextFaultMs = elapsedMs() + this.#random.between(0.3, 1.7) * (FAULT_EVERY_MS / this.#venues.length)
        }
        if (!isFundingPaid && tradedMs > durationMs / 3) {
          isFundingPaid = true
          for (const venue of this.#venues) venue.payFunding()
        }
      }
      await life.kill()
      this.#noteLife(life)
    }
    return tradedMs
  }

  #isOver(): boolean {
    return this.#isDisposed
  }

  #startLife(): TraderProcess {
    const { seed, backends, ordersPerMinute } = this.#options
    const life = this.#lives++
    return new TraderProcess({
      configs: this.#venues.map((venue) => this.#configOf(venue)),
      eventFiles: backends.map((backend) => this.#eventFile(backend, life)),
      seed: seed + 100 * life,
      orderIntervalMs: (60_000 * backends.length) / ordersPerMinute,
    })
  }

  #noteLife(life: TraderProcess): void {
    this.#counts.push(life.counts)
    this.#memoryMb.push(life.memoryMb)
  }

  #eventFile(backend: string, life: number): string {
    return join(this.#folder, `${backend}-${life}.events`)
  }

  #configOf({ simulator, backend }: Venue): QtxConnectorConfigInput {
    const { account } = simulator
    return {
      exchangeBackend: backend,
      qtxPerpetualHost: simulator.feed.host,
      qtxPerpetualPort: simulator.feed.port,
      qtxPlaceOrderSharedMemoryName: simulator.sharedMemoryName,
      exchangeApiKey: account.apiKey,
      exchangeApiSecret: account.apiSecret,
      exchangeApiPassphrase: account.passphrase,
      exchangeUserId: account.userId,
      exchangeEndpoints: simulator.exchangeEndpoints,
      tradingPairs: Object.keys(simulator.symbols),
      journal: { folder: join(this.#folder, backend) },
      orderRoute: 'qtx-then-parent',
      feedFallback: 'websocket',
      feedFallbackAfterMs: 2_000,
      orderTimeoutMs: 1_500,
    }
  }
}
