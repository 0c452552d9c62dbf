import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { QtxError } from '../../errors.ts'

/** How long the processes that measure are waited for, milliseconds. */
export interface LineProcessTimeouts {
  /** For an answer, where the question says nothing else. */
  readonly answerMs: number
  /** For the end, once its input was closed; then it is killed. */
  readonly endMs: number
}
const KEPT_ERROR_CHARACTERS = 2_000

/** A program in a process of its own, which reads commands and prints lines of JSON. */
export class LineProcess {
  readonly #name: string
  readonly #timeouts: LineProcessTimeouts
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  readonly #ended: Promise<void>
  #wake: (() => void) | undefined
  #exit: string | undefined
  #errors = ''

  constructor(name: string, command: string, parameters: readonly string[], timeouts: LineProcessTimeouts) {
    this.#name = name
    this.#timeouts = timeouts
    const child = spawn(command, parameters, { stdio: 'pipe' })
    this.#child = child
    child.stdin.on('error', () => undefined)
    child.stderr.on('data', (bytes: Buffer) => {
      this.#errors = `${this.#errors}${bytes.toString()}`.slice(-KEPT_ERROR_CHARACTERS)
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      // Flags of Node that were passed on, such as --trace-gc, print here too.
      if (!line.startsWith('{')) return
      this.#lines.push(line)
      this.#wake?.()
    })
    this.#ended = new Promise((resolve) => {
      const onEnd = (reason: string): void => {
        this.#exit ??= reason
        this.#wake?.()
        resolve()
      }
      child.on('error', (error) => onEnd(error.message))
      child.on('close', (code, signal) => onEnd(`ended with ${String(code ?? signal)}`))
    })
  }

  /** Sends a command and returns its answer. Rejects as `read` does. */
  ask<T>(command: string, timeoutMs = this.#timeouts.answerMs): Promise<T> {
    this.#child.stdin!.write(`${command}\n`)
    return this.read(timeoutMs)
  }

  /**
   * The next answer.
   * @throws QtxError `QTX_STATE_INVALID` when the process has ended, `QTX_TIMEOUT` when it says nothing in time.
   */
  async read<T>(timeoutMs = this.#timeouts.answerMs): Promise<T> {
    let isLate = false as boolean
    const timer = setTimeout(() => {
      isLate = true
      this.#wake?.()
    }, timeoutMs)
    try {
      while (this.#lines.length === 0) {
        if (this.#exit !== undefined) throw this.#endedEarly(this.#exit)
        if (isLate) throw new QtxError('QTX_TIMEOUT', `${this.#name} said nothing for ${timeoutMs} ms`)
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
      return JSON.parse(this.#lines.shift()!) as T
    } finally {
      clearTimeout(timer)
    }
  }

  /** Lets it end by itself, and kills it when it does not. Resolves when it has gone. */
  async end(): Promise<void> {
    this.#child.stdin!.end()
    const timer = setTimeout(() => this.kill(), this.#timeouts.endMs)
    await this.#ended
    clearTimeout(timer)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Resolves when it has gone. */
  get ended(): Promise<void> {
    return this.#ended
  }

  #endedEarly(exit: string): QtxError {
    const said = this.#errors.split('\n').find((line) => /^\s*\w*Error(?: \[\w+\])?: /.test(line))
    return new QtxError(
      'QTX_STATE_INVALID',
      `${this.#name} ${exit}${said === undefined ? '' : `: ${said.trim()}`}`,
      {
        details: { errors: this.#errors },
        remedy: 'run it again with --debug',
      },
    )
  }
}
