import { QtxError, messageOf } from '../../errors.ts'

export type StepState = 'waiting' | 'running' | 'ok' | 'failed' | 'notRun'

/** What a step found out. */
export interface StepFinding {
  /** What was seen: a sentence. */
  readonly reason: string
  /** Measured times by name, milliseconds. */
  readonly times?: Readonly<Record<string, number>>
}

export interface Step {
  /** For programs. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** Rejects when what it is about was not seen. */
  run(): Promise<StepFinding>
}

export interface StepResult {
  readonly name: string
  readonly title: string
  readonly state: StepState
  /** What was seen, or why it was not. */
  readonly reason: string
  /** How long it took, milliseconds. */
  readonly tookMs: number | undefined
  readonly times: Readonly<Record<string, number>>
}

/** Steps that are run one after the other; after one that failed, the rest is not run. */
export class StepList {
  readonly #steps: readonly Step[]
  readonly #results: StepResult[]
  readonly #now: () => number
  readonly #onChange: (result: StepResult) => void
  #error: unknown

  /** @param now the monotonic clock, milliseconds. */
  constructor(steps: readonly Step[], now: () => number, onChange: (result: StepResult) => void) {
    this.#steps = steps
    this.#now = now
    this.#onChange = onChange
    this.#results = steps.map(({ name, title }) => ({
      name,
      title,
      state: 'waiting',
      reason: '',
      tookMs: undefined,
      times: {},
    }))
  }

  get results(): readonly StepResult[] {
    return this.#results
  }

  /** Every step was seen. */
  get ok(): boolean {
    return this.#results.every(({ state }) => state === 'ok')
  }

  /** What the failed step threw; undefined when none failed. */
  get error(): unknown {
    return this.#error
  }

  /**
   * Runs the steps; never rejects.
   * @param signal no step begins once it has aborted.
   * @param between called before every step but the first.
   */
  async run(signal: AbortSignal, between: () => Promise<void>): Promise<void> {
    let failed: string | undefined
    for (const [i, step] of this.#steps.entries()) {
      if (failed !== undefined) {
        this.#set(i, { state: 'notRun', reason: `not run: ${failed} failed` })
        continue
      }
      if (i > 0) await between()
      const startedMs = this.#now()
      this.#set(i, { state: 'running' })
      try {
        if (signal.aborted) throw stopped(step.title)
        const { reason, times = {} } = await step.run()
        this.#set(i, { state: 'ok', reason, times, tookMs: this.#now() - startedMs })
      } catch (error) {
        failed = step.name
        this.#error = error
        this.#set(i, { state: 'failed', reason: messageOf(error), tookMs: this.#now() - startedMs })
      }
    }
  }

  #set(index: number, change: Partial<StepResult>): void {
    const result = { ...this.#results[index]!, ...change }
    this.#results[index] = result
    this.#onChange(result)
  }
}

function stopped(title: string): QtxError {
  return new QtxError('QTX_TIMEOUT', `the demo was stopped before “${title}”`, { remedy: 'run it again' })
}
