import { spawn, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { QtxError } from '../../errors.ts'

/** No answer takes longer than what is measured and this. */
const ANSWER_TIMEOUT_MS = 30_000
/** A process whose input was closed is killed after so long. */
const END_TIMEOUT_MS = 2_000
const KEPT_ERROR_CHARACTERS = 2_000

/** A program that measures, in a process of its own: it reads commands and prints lines of JSON. */
export class MeasuringProcess {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  readonly #ended: Promise<void>
  #wake: (() => void) | undefined
  #exit: string | undefined
  #errors = ''

  /** @param flags of Node. */
  constructor(name: string, parameters: readonly string[], flags: readonly string[]) {
    this.#name = name
    // The same from the sources and from the build.
    const extension = extname(fileURLToPath(import.meta.url))
    const file = fileURLToPath(new URL(`./processes/${name}${extension}`, import.meta.url))
    const child = spawn(process.execPath, [...flags, file, ...parameters], { stdio: 'pipe' })
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
  ask<T>(command: string, durationMs = 0): Promise<T> {
    this.#child.stdin!.write(`${command}\n`)
    return this.read(durationMs)
  }

  /**
   * The next answer.
   * @param durationMs how long the process has been told to measure.
   * @throws QtxError `QTX_STATE_INVALID` when the process has ended, `QTX_TIMEOUT` when it says nothing in time.
   */
  async read<T>(durationMs = 0): Promise<T> {
    const limitMs = durationMs + ANSWER_TIMEOUT_MS
    let isLate = false as boolean
    const timer = setTimeout(() => {
      isLate = true
      this.#wake?.()
    }, limitMs)
    try {
      while (this.#lines.length === 0) {
        if (this.#exit !== undefined) throw this.#endedEarly(this.#exit)
        if (isLate) throw new QtxError('QTX_TIMEOUT', `${this.#name} said nothing for ${limitMs} ms`)
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
    const timer = setTimeout(() => this.kill(), END_TIMEOUT_MS)
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

/** All processes of a benchmark: none outlives it. */
export class MeasuringProcesses {
  readonly #flags: readonly string[]
  readonly #running = new Set<MeasuringProcess>()
  #closed = false

  /** @param flags of Node, which the processes are given as well. */
  constructor(flags: readonly string[] = process.execArgv) {
    // A debugger listens on one port, and that is the parent's.
    this.#flags = flags.filter((flag) => !flag.startsWith('--inspect'))
  }

  /** @throws QtxError `QTX_STATE_INVALID` after `close()`. */
  start(name: string, ...parameters: readonly (string | number)[]): MeasuringProcess {
    if (this.#closed) throw new QtxError('QTX_STATE_INVALID', `the benchmark was stopped before ${name}`)
    const started = new MeasuringProcess(name, parameters.map(String), this.#flags)
    this.#running.add(started)
    void started.ended.then(() => this.#running.delete(started))
    return started
  }

  /** One answer of a process that measures for so long and ends. */
  async run<T>(name: string, durationMs: number, ...parameters: readonly (string | number)[]): Promise<T> {
    const started = this.start(name, ...parameters, Math.round(durationMs))
    try {
      return await started.read<T>(durationMs)
    } finally {
      await started.end()
    }
  }

  /** Kills what still runs, at once; what waits for an answer is rejected. For a process that ends now. */
  kill(): void {
    this.#closed = true
    for (const running of this.#running) running.kill()
  }

  /** As `kill`; resolves when all have gone. */
  async close(): Promise<void> {
    this.kill()
    await Promise.all([...this.#running].map(({ ended }) => ended))
  }
}
