import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { QtxError } from '../../errors.ts'
import { LineProcess } from './line-process.ts'

/** No answer takes longer than what is measured and this, milliseconds. */
export const ANSWER_TIMEOUT_MS = 30_000
const TIMEOUTS = { answerMs: ANSWER_TIMEOUT_MS, endMs: 2_000 }

/** All processes of a benchmark: none outlives it. */
export class MeasuringProcesses {
  readonly #flags: readonly string[]
  readonly #running = new Set<LineProcess>()
  #closed = false

  /** @param flags of Node, which the processes are given as well. */
  constructor(flags: readonly string[] = process.execArgv) {
    // A debugger listens on one port, and that is the parent's.
    this.#flags = flags.filter((flag) => !flag.startsWith('--inspect'))
  }

  /** @throws QtxError `QTX_STATE_INVALID` after `close()`. */
  start(name: string, ...parameters: readonly (string | number)[]): LineProcess {
    if (this.#closed) throw new QtxError('QTX_STATE_INVALID', `the benchmark was stopped before ${name}`)
    // The same from the sources and from the build.
    const extension = extname(fileURLToPath(import.meta.url))
    const file = fileURLToPath(new URL(`./processes/${name}${extension}`, import.meta.url))
    const started = new LineProcess(
      name,
      process.execPath,
      [...this.#flags, file, ...parameters.map(String)],
      TIMEOUTS,
    )
    this.#running.add(started)
    void started.ended.then(() => this.#running.delete(started))
    return started
  }

  /** One answer of a process that measures for so long and ends. */
  async run<T>(name: string, durationMs: number, ...parameters: readonly (string | number)[]): Promise<T> {
    const started = this.start(name, ...parameters, Math.round(durationMs))
    try {
      return await started.read<T>(durationMs + ANSWER_TIMEOUT_MS)
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
