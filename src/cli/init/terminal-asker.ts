import { confirm, isCancel, select, text } from '@clack/prompts'
import { Interrupted, type Asker, type ChoiceQuestion, type Question, type TextQuestion } from './asker.ts'

const USUAL_SIZE = { columns: 80, rows: 24 }

/** Asks on the terminal. */
export class TerminalAsker implements Asker {
  readonly #signal: AbortSignal

  /** @param signal calls off the question that is being asked. */
  constructor(signal: AbortSignal) {
    this.#signal = signal
    // A terminal that does not know its size says 0, and each letter would stand on a line of its own.
    process.stdout.columns ||= USUAL_SIZE.columns
    process.stdout.rows ||= USUAL_SIZE.rows
  }

  async text({ message, proposed, check }: TextQuestion): Promise<string> {
    return answered(
      await text({
        message,
        ...(proposed !== undefined && { initialValue: proposed }),
        validate: (answer) => check(answer ?? ''),
        signal: this.#signal,
      }),
    )
  }

  async choose<Choice extends string>({
    message,
    proposed,
    choices,
  }: ChoiceQuestion<Choice>): Promise<Choice> {
    const chosen = await select<string>({
      message,
      options: choices.map((choice) => ({ ...choice })),
      ...(proposed !== undefined && { initialValue: proposed }),
      signal: this.#signal,
    })
    return answered(chosen) as Choice
  }

  async confirm({ message, proposed }: Question<boolean>): Promise<boolean> {
    return answered(
      await confirm({
        message,
        ...(proposed !== undefined && { initialValue: proposed }),
        signal: this.#signal,
      }),
    )
  }
}

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (isCancel(answer)) throw new Interrupted()
  return answer as Exclude<Answer, symbol>
}
