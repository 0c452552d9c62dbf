import { fileURLToPath } from 'node:url'
import { LineProcess } from '../src/cli/bench/line-process.ts'
import { Pinning, type Place } from './pinning.ts'

const TIMEOUTS = { answerMs: 60_000, endMs: 3_000 }

/** Every process that was started and has not been ended. */
export class Processes {
  readonly pinning = new Pinning()
  readonly #running = new Set<LineProcess>()

  start(name: string, command: string, args: readonly string[], place?: Place): LineProcess {
    const [placed, placedArgs] = place ? this.pinning.command(place, command, args) : [command, args]
    const started = new LineProcess(name, placed, placedArgs, TIMEOUTS)
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
