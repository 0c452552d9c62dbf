import { fitLine, painterFor, span, toText, type Line } from '../terminal/line.ts'

const BACK_AND_CLEAR = '\r\u001b[2K'

/** Lines that stay, and on a terminal below them one that says what is being done. */
export class ProgressLine {
  readonly #output: NodeJS.WriteStream
  readonly #isLive: boolean
  readonly #isSilent: boolean
  #isShown = false

  /** @param isLive whether the output moves its cursor; @param isSilent nothing is written at all. */
  constructor(output: NodeJS.WriteStream, isLive: boolean, isSilent: boolean) {
    this.#output = output
    this.#isLive = isLive
    this.#isSilent = isSilent
  }

  /** Replaces what is being done. */
  show(what: string): void {
    if (!this.#isLive || this.#isSilent) return
    const columns = Math.max(1, (this.#output.columns || 80) - 1)
    const line = fitLine([span('… ', 'cyan'), span(what)], columns)
    this.#output.write(`${BACK_AND_CLEAR}${toText(line, painterFor(this.#output))}`)
    this.#isShown = true
  }

  /** Writes a line that stays. */
  keep(line: Line): void {
    this.clear()
    if (!this.#isSilent) this.#output.write(`${toText(line, painterFor(this.#output))}\n`)
  }

  clear(): void {
    if (this.#isShown) this.#output.write(BACK_AND_CLEAR)
    this.#isShown = false
  }
}
