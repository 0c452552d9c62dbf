import { openCLibrary } from '../../src/posix/libc.ts'
import type { Pause } from '../pause-causes.ts'

/** A pause, before anybody knows what it was made of. */
export interface SeenPause extends Omit<Pause, 'explainedMs'> {
  /** Messages that were handled meanwhile. */
  readonly messages: number
}

const CLOCK_MONOTONIC = 1
const CLOCK_PROCESS_CPUTIME_ID = 2
const CLOCK_THREAD_CPUTIME_ID = 3
const TFD_NONBLOCK_CLOEXEC = 0o2004000
const PERIOD_MS = 0.25

/**
 * Has the kernel wake the event loop four times a millisecond, finer than Node's own timers, and notes when it came
 * round too late. Allocates next to nothing, so that it collects no garbage of its own.
 */
export class PauseProbe {
  readonly pauses: SeenPause[] = []
  readonly #limitMs: number
  readonly #fd: number
  readonly #poll: { stop(): void }
  readonly #read: (...parameters: unknown[]) => unknown
  readonly #getTime: (...parameters: unknown[]) => unknown
  readonly #close: (...parameters: unknown[]) => unknown
  readonly #count = new BigInt64Array(1)
  readonly #time = new Int32Array(4)
  readonly #messages: () => number
  #lastMs = performance.now()
  #lastCpuMs: number
  #lastThreadMs: number
  #lastMessages: number

  /** Pauses longer than the limit are noted. @param messages how many were handled by now. */
  constructor(limitMs: number, messages: () => number) {
    this.#limitMs = limitMs
    this.#messages = messages
    const library = openCLibrary('the pause probe', 'it is left out')
    this.#read = library.declare('long read(int fd, void *to, size_t length)')
    this.#getTime = library.declare('int clock_gettime(int clock, void *time)')
    this.#close = library.declare('int close(int fd)')
    const create = library.declare('int timerfd_create(int clock, int flags)')
    const set = library.declare('int timerfd_settime(int fd, int flags, void *value, void *old)')
    this.#fd = create(CLOCK_MONOTONIC, TFD_NONBLOCK_CLOEXEC) as number
    const periodNs = BigInt(PERIOD_MS * 1e6)
    set(this.#fd, 0, new BigInt64Array([0n, periodNs, 0n, periodNs]), null)
    this.#lastCpuMs = this.#timeMs(CLOCK_PROCESS_CPUTIME_ID)
    this.#lastThreadMs = this.#timeMs(CLOCK_THREAD_CPUTIME_ID)
    this.#lastMessages = messages()
    this.#poll = library.koffi.node.poll(this.#fd, { readable: true }, () => this.#tick())
  }

  stop(): void {
    this.#poll.stop()
    this.#close(this.#fd)
  }

  #tick(): void {
    this.#read(this.#fd, this.#count, 8)
    const nowMs = performance.now()
    const cpuMs = this.#timeMs(CLOCK_PROCESS_CPUTIME_ID)
    const threadMs = this.#timeMs(CLOCK_THREAD_CPUTIME_ID)
    const messages = this.#messages()
    const startMs = this.#lastMs + PERIOD_MS
    if (nowMs - startMs > this.#limitMs) {
      this.pauses.push({
        startMs,
        endMs: nowMs,
        cpuMs: cpuMs - this.#lastCpuMs,
        threadMs: threadMs - this.#lastThreadMs,
        messages: messages - this.#lastMessages,
      })
    }
    this.#lastMs = nowMs
    this.#lastCpuMs = cpuMs
    this.#lastThreadMs = threadMs
    this.#lastMessages = messages
  }

  #timeMs(clock: number): number {
    this.#getTime(clock, this.#time)
    return this.#time[0]! * 1_000 + this.#time[2]! / 1e6
  }
}
