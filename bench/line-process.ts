import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Pinning, type Place } from './pinning.ts'

/** No answer takes longer, unless it is said. */
const ANSWER_TIMEOUT_MS = 60_000
/** A process that was told to end is killed after so long. */
const END_TIMEOUT_MS = 3_000

/** A process that answers each line with a line of JSON. */
export class LineProcess {
  readonly #child: ChildProcess
  readonly #name: string
  readonly #lines: string[] = []
  readonly #ended: Promise<void>
  #wake: (() => void) | undefined
  #exit: string | undefined
  #errors = ''

  constructor(name: string, command: string, args: readonly string[]) {
    this.#name = name
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    child.stdin.on('error', () => undefined)
    child.stderr.on(
      'data',
      (bytes: Buffer) => (this.#errors = `${this.#errors}${bytes.toString()}`.slice(-2_000)),
    )
    createInterface({ input: child.stdout }).on('line', (line) => {
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
      child.on('close', (code, signal) => onEnd(`it ended with ${String(code ?? signal)}`))
    })
  }

  /** Sends a line and returns the next line of JSON. Rejects when the process has ended or says nothing in time. */
  ask(line: string, timeoutMs = ANSWER_TIMEOUT_MS): Promise<unknown> {
    this.#child.stdin!.write(`${line}\n`)
    return this.read(timeoutMs)
  }

  /** The next line of JSON. */
  async read(timeoutMs = ANSWER_TIMEOUT_MS): Promise<unknown> {
    const deadline = setTimeout(() => {
      this.#exit = `it said nothing for ${timeoutMs} ms`
      this.#wake?.()
    }, timeoutMs)
    try {
      while (this.#lines.length === 0) {
        if (this.#exit !== undefined) throw new Error(`${this.#name}: ${this.#exit}. ${this.#errors}`)
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      clearTimeout(deadline)
    }
    return JSON.parse(this.#lines.shift()!)
  }

  /** Ends the process by ending its input, and by force where that does not help. */
  async end(): Promise<void> {
    this.#child.stdin!.end()
    const force = setTimeout(() => this.kill(), END_TIMEOUT_MS)
    await this.#ended
    clearTimeout(force)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** Every process that was started and has not been ended. */
export class Processes {
  readonly pinning = new Pinning()
  readonly #running = new Set<LineProcess>()

  start(name: string, command: string, args: readonly string[], place?: Place): LineProcess {
    const [placed, placedArgs] = place ? this.pinning.command(place, command, args) : [command, args]
    const started = new LineProcess(name, placed, placedArgs)
    this.#running.add(started)
    return started
  }

  /** A program of `bench/processes`. */
  startScript(
    script: string,
    args: readonly string[],
    nodeFlags: readonly string[] = [],
    place?: Place,
  ): LineProcess {
    const path = fileURLToPath(new URL(`processes/${script}.ts`, import.meta.url))
    return this.start(script, process.execPath, [...nodeFlags, '--import', 'tsx', path, ...args], place)
  }

  async end(ended: LineProcess): Promise<void> {
    await ended.end()
    this.#running.delete(ended)
  }

  /** Starts a program, returns the one line that it prints, and ends it. */
  async run(script: string, args: readonly string[], nodeFlags: readonly string[] = []): Promise<unknown> {
    const started = this.startScript(script, args, nodeFlags)
    try {
      return await started.read()
    } finally {
      await this.end(started)
    }
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#running].map((each) => this.end(each)))
  }
}
