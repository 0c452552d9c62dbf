import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'

export interface CliResult {
  readonly exitCode: number | null
  /** Set when the process did not end by itself but was ended by a signal. */
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The real command line, run from its sources in a process of its own. */
export class CliProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<CliResult>
  stdout = ''
  stderr = ''

  constructor(...args: readonly string[]) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: undefined },
    })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    // Each wait for an output listens.
    this.#child.setMaxListeners(0)
    this.#ended = once(this.#child, 'close').then(() => ({
      exitCode: this.#child.exitCode,
      signal: this.#child.signalCode,
      stdout: this.stdout,
      stderr: this.stderr,
    }))
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** Resolves when the process has ended and everything that it wrote has been read. */
  get ended(): Promise<CliResult> {
    return this.#ended
  }

  /** Resolves when standard output holds the text; rejects when the process ends without it. */
  async until(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(
          `the process ended without writing ${JSON.stringify(text)}: ${this.stdout}${this.stderr}`,
        )
      }
      await Promise.race([once(this.#child.stdout!, 'data'), once(this.#child, 'close')])
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Goes away as the reader of a pipe does. */
  closeOutput(): void {
    this.#child.stdout?.destroy()
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}

/** Shared memory objects that a process of this id made and left behind. */
export function ringsOf(pid: number): string[] {
  return readdirSync('/dev/shm').filter((name) => name.includes(`_${pid}_`))
}
