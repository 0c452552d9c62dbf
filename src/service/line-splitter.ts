const LINE_END = 0x0a

/** Cuts a stream of bytes into lines of text, none longer than a limit. */
export class LineSplitter {
  readonly #longestBytes: number
  readonly #onLine: (line: string) => void
  #parts: Buffer[] = []
  #lengthBytes = 0

  constructor(longestBytes: number, onLine: (line: string) => void) {
    this.#longestBytes = longestBytes
    this.#onLine = onLine
  }

  /** A line has begun, and not ended. */
  get isPartial(): boolean {
    return this.#lengthBytes > 0
  }

  /** Takes what came. False when a line is too long; nothing more is to be pushed then. */
  push(bytes: Buffer): boolean {
    let from = 0
    for (;;) {
      const end = bytes.indexOf(LINE_END, from)
      const part = bytes.subarray(from, end < 0 ? undefined : end)
      this.#lengthBytes += part.length
      if (this.#lengthBytes > this.#longestBytes) return false
      if (part.length > 0) this.#parts.push(part)
      if (end < 0) return true
      const line = Buffer.concat(this.#parts).toString('utf8')
      this.#parts = []
      this.#lengthBytes = 0
      if (line.trim() !== '') this.#onLine(line)
      from = end + 1
    }
  }
}
