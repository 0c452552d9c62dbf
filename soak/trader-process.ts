import { fork, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FromTrader, LifeCounts, TraderEnd, TraderPlan } from './trader-messages.ts'

const TRADER = fileURLToPath(new URL('./trader.ts', import.meta.url))

/** How long a process may take to end once its connectors are stopped. */
const EXIT_TIMEOUT_MS = 20_000

/** One life of the trader's process. */
export class TraderProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<void>
  readonly #ready: Promise<void>
  readonly #finished: Promise<Readonly<Record<string, TraderEnd>>>
  readonly #memoryMb: number[] = []
  #counts: Readonly<Record<string, LifeCounts>> = {}

  constructor(plan: TraderPlan) {
    const child = fork(TRADER, {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()))
    const died = this.#exited.then(() => Promise.reject(new Error('the trader ended by itself')))
    let becomeReady: () => void = () => undefined
    let finish: (ends: Readonly<Record<string, TraderEnd>>) => void = () => undefined
    let fail: (error: Error) => void = () => undefined
    const failed = new Promise<never>((_, reject) => (fail = reject))
    this.#ready = Promise.race([new Promise<void>((resolve) => (becomeReady = resolve)), failed, died])
    this.#finished = Promise.race([
      new Promise<Readonly<Record<string, TraderEnd>>>((resolve) => (finish = resolve)),
      failed,
      died,
    ])
    // Whoever waits is told; nobody needs to.
    for (const promise of [failed, died, this.#ready, this.#finished]) promise.catch(() => undefined)
    child.on('message', (message: FromTrader) => {
      if (message.kind === 'ready') becomeReady()
      else if (message.kind === 'counts') {
        this.#counts = message.counts
        this.#memoryMb.push(message.memoryMb)
      } else if (message.kind === 'finished') finish(message.ends)
      else fail(new Error(message.reason))
    })
    child.send({ kind: 'plan', plan })
  }

  /** As last told. */
  get counts(): Readonly<Record<string, LifeCounts>> {
    return this.#counts
  }

  /** As told, several times a second. */
  get memoryMb(): readonly number[] {
    return this.#memoryMb
  }

  /** Resolves when every connector is ready; rejects when the process failed or ended. */
  ready(): Promise<void> {
    return this.#ready
  }

  /** `kill -9`. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  /** Has it end in order, and resolves with how each connector ended. Rejects when it does not end by itself. */
  async finish(): Promise<Readonly<Record<string, TraderEnd>>> {
    this.#child.send({ kind: 'finish' })
    const ends = await this.#finished
    const late = new AbortController()
    const hangs = sleep(EXIT_TIMEOUT_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error('the trader stopped its connectors and did not end: something is left open')
    })
    hangs.catch(() => undefined)
    await Promise.race([this.#exited, hangs])
    late.abort()
    return ends
  }
}
