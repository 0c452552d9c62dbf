/** The newest lines of a log, numbered from 0 on. */
export class LogTail {
  readonly #capacity: number
  readonly #lines: string[] = []
  #end = 0

  constructor(capacity = 2_000) {
    this.#capacity = capacity
  }

  /** The number of the line that comes next. */
  get end(): number {
    return this.#end
  }

  /** The number of the oldest line that is kept. */
  get start(): number {
    return this.#end - this.#lines.length
  }

  push(line: string): void {
    this.#lines.push(line)
    this.#end++
    // In large steps, so that a line costs next to nothing.
    if (this.#lines.length >= 2 * this.#capacity) this.#lines.splice(0, this.#lines.length - this.#capacity)
  }

  /** Lines from a number on, at most so many, oldest first. */
  read(from: number, count: number): readonly string[] {
    const first = Math.max(0, from - this.start)
    return this.#lines.slice(first, first + count)
  }
}
