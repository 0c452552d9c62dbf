import type { SecretScrubber } from '../service/secret-scrubber.ts'
import type { ServiceContext } from '../service/service-context.ts'
import { pageLogLine } from './log-lines.ts'
import { takeSelectedPicture, takeSharedPicture } from './page-picture.ts'
import type { PageSampler } from './page-sampler.ts'

/** Log lines that are sent at once at most. */
export const MOST_LOG_LINES = 200
const MOST_FILLS = 200

/** Up to where a page has been told: numbers of the next fill and of the next log line. */
export interface PageCursor {
  readonly fills: number
  readonly log: number
}

export interface FrameParts {
  readonly context: ServiceContext
  readonly sampler: PageSampler
  readonly scrubber: SecretScrubber
}

/** The frames of one moment. What is the same for several pages is made once, and only when one is due. */
export class FrameBatch {
  readonly #parts: FrameParts
  readonly #nowMs: number
  readonly #made = new Map<string, string>()
  /** Of the shared picture, which every frame begins with: a connector that does not run has no books. */
  #hasBooks = false

  constructor(parts: FrameParts, nowMs: number) {
    this.#parts = parts
    this.#nowMs = nowMs
  }

  /** A page's frame as JSON, without secrets, and up to where it tells. */
  frame(
    everyMs: number,
    pair: string | undefined,
    from: PageCursor,
  ): { readonly text: string; readonly to: PageCursor } {
    const { fills, log } = newSince(this.#parts, from)
    const parts = [
      this.#once('shared', () => this.#shared()).slice(0, -1),
      `"everyMs":${everyMs}`,
      `"selected":${this.#once(`selected ${pair ?? ''}`, () => this.#selected(pair))}`,
      `"fills":${this.#once(`fills ${fills.from}`, () => this.#scrubbed(fills.items))}`,
      `"log":${this.#once(`log ${log.from}`, () => this.#scrubbed(log.items.map(pageLogLine)))}`,
    ]
    return { text: `${parts.join(',')}}`, to: { fills: fills.to, log: log.to } }
  }

  #shared(): string {
    const { context, sampler } = this.#parts
    const picture = takeSharedPicture(context, sampler, this.#nowMs)
    this.#hasBooks = picture.pairs.length > 0
    return this.#scrubbed(picture)
  }

  #selected(pair: string | undefined): string {
    const { context, sampler } = this.#parts
    if (pair === undefined || !this.#hasBooks) return 'null'
    return JSON.stringify(takeSelectedPicture(context.connector, sampler, pair))
  }

  #scrubbed(value: unknown): string {
    return this.#parts.scrubber.scrub(JSON.stringify(value))
  }

  #once(key: string, make: () => string): string {
    let text = this.#made.get(key)
    if (text === undefined) this.#made.set(key, (text = make()))
    return text
  }
}

interface Since<T> {
  readonly from: number
  readonly items: readonly T[]
  readonly to: number
}

/** What came since; what is not kept any more is left out. */
export function newSince({ context, sampler }: Pick<FrameParts, 'context' | 'sampler'>, from: PageCursor) {
  return {
    fills: since(sampler.fills, from.fills, MOST_FILLS),
    log: since(context.logTail, from.log, MOST_LOG_LINES),
  }
}

function since<T>(
  kept: { readonly start: number; read(from: number, count: number): readonly T[] },
  from: number,
  count: number,
): Since<T> {
  const first = Math.max(from, kept.start)
  const items = kept.read(first, count)
  return { from: first, items, to: first + items.length }
}
