import { readSync, writeSync } from 'node:fs'

const INPUT = 0
const OUTPUT = 1
/** Between two looks at a parent that reads slowly. */
const RETRY_MS = 1

/** Commands of the parent, read without the event loop: while it waits, the thread does nothing at all. */
export class CommandLines {
  readonly #bytes = Buffer.alloc(4_096)
  #text = ''

  /** The next line, blocking the thread; undefined once the parent has gone. */
  next(): string | undefined {
    for (;;) {
      const end = this.#text.indexOf('\n')
      if (end >= 0) {
        const line = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 1)
        return line
      }
      const count = readSync(INPUT, this.#bytes)
      if (count === 0) return undefined
      this.#text += this.#bytes.toString('utf8', 0, count)
    }
  }
}

/** Prints one line of JSON for the parent: all of it, however much the pipe takes at once. */
export function answer(value: object): void {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
  let written = 0
  while (written < bytes.length) written += writeWhatFits(bytes, written)
}

/** How many bytes the pipe took; none while it is full. */
function writeWhatFits(bytes: Buffer, from: number): number {
  try {
    return writeSync(OUTPUT, bytes, from)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS)
    return 0
  }
}

/** Ctrl-C reaches every process of the terminal: who is measured leaves it to the parent to end it. */
export function leaveSignalsToParent(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined)
}
