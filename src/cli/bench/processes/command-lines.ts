import { readSync, writeSync } from 'node:fs'

const INPUT = 0
const OUTPUT = 1

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

/** Prints one line of JSON for the parent. */
export function answer(value: object): void {
  writeSync(OUTPUT, `${JSON.stringify(value)}\n`)
}

/** Ctrl-C reaches every process of the terminal: who is measured leaves it to the parent to end it. */
export function leaveSignalsToParent(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined)
}
