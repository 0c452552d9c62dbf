import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Which processor core a process is kept on. */
export type Place = 'sender' | 'receiver' | 'witness'

/**
 * Keeps what sends and what receives on a core each, so that neither waits for the other; elsewhere than on Linux, with
 * one core, or without `taskset` the system decides.
 */
export class Pinning {
  readonly #cores: Readonly<Record<Place, number>> | undefined

  constructor() {
    const count = availableParallelism()
    // The first core has the interrupts: it sends. A third one, where there is one, looks on.
    const cores = { sender: 0, receiver: 1, witness: count > 2 ? 2 : 0 }
    this.#cores = count > 1 && Object.values(cores).every(canPin) ? cores : undefined
  }

  /** The command that runs a command at its place. */
  command(place: Place, command: string, args: readonly string[]): readonly [string, readonly string[]] {
    if (!this.#cores) return [command, args]
    return ['taskset', ['-c', String(this.#cores[place]), command, ...args]]
  }

  /** A sentence. */
  describe(): string {
    if (!this.#cores) return 'No process is kept on a core: there is one core, or no taskset.'
    const { sender, receiver, witness } = this.#cores
    return `What sends is kept on core ${sender}, what receives on core ${receiver}, what looks on on core ${witness} (taskset).`
  }
}

function canPin(core: number): boolean {
  try {
    execFileSync('taskset', ['-c', String(core), 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
