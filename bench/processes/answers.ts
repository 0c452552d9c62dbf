import { readSync, writeSync } from 'node:fs'

const bytes = Buffer.alloc(4_096)
let text = ''

/** The next line of the input, blocking the thread; undefined at its end. */
export function readLine(): string | undefined {
  for (;;) {
    const end = text.indexOf('\n')
    if (end >= 0) {
      const line = text.slice(0, end)
      text = text.slice(end + 1)
      return line
    }
    const count = readSync(0, bytes)
    if (count === 0) return undefined
    text += bytes.toString('utf8', 0, count)
  }
}

/** Prints one line of JSON. */
export function answer(value: object): void {
  writeSync(1, `${JSON.stringify(value)}\n`)
}
