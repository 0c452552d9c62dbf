import { emitKeypressEvents } from 'node:readline'

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
/** Terminals that know it show the frame at once; the others ignore it. */
const BEGIN_FRAME = '\u001b[?2026h\u001b[H'
const END_FRAME = '\u001b[J\u001b[?2026l'
const CLEAR_REST = '\u001b[K'
const MARGIN = 1

interface Key {
  readonly name?: string
  readonly ctrl?: boolean
}

/** The terminal's alternate screen: full frames, and keys. What was there before is back when it closes. */
export class LiveScreen implements Disposable {
  readonly #input: NodeJS.ReadStream
  readonly #output: NodeJS.WriteStream
  readonly #onQuit: (reason: 'quit' | 'SIGINT') => void
  #isOpen = false
  readonly #restore = (): void => this.#leave()
  readonly #onKey = (_text: string | undefined, key: Key): void => {
    if (key.ctrl === true && key.name === 'c') this.#onQuit('SIGINT')
    else if (key.name === 'q' || key.name === 'escape') this.#onQuit('quit')
  }

  constructor(
    input: NodeJS.ReadStream,
    output: NodeJS.WriteStream,
    onQuit: (reason: 'quit' | 'SIGINT') => void,
  ) {
    this.#input = input
    this.#output = output
    this.#onQuit = onQuit
  }

  /** Columns to draw on: those of the terminal without the margins. */
  get columns(): number {
    return (this.#output.columns || 80) - 2 * MARGIN
  }

  get rows(): number {
    return this.#output.rows || 24
  }

  open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    process.once('exit', this.#restore)
    this.#output.write(ENTER)
    if (!this.#input.isTTY) return
    emitKeypressEvents(this.#input)
    this.#input.setRawMode(true)
    this.#input.on('keypress', this.#onKey)
    this.#input.resume()
  }

  /** Replaces what is shown. Lines beyond the screen are left out. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return
    const shown = lines.slice(0, this.rows).map((line) => ' '.repeat(MARGIN) + line + CLEAR_REST)
    this.#output.write(BEGIN_FRAME + shown.join('\r\n') + END_FRAME)
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#restore)
    this.#leave()
  }

  #leave(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#output.write(LEAVE)
    if (!this.#input.isTTY) return
    this.#input.off('keypress', this.#onKey)
    this.#input.setRawMode(false)
    this.#input.pause()
  }
}
