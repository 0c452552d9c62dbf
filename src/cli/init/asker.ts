import { QtxError } from '../../errors.ts'

/** Something that a configuration needs to know. */
export interface Question<Answer> {
  /** The option of the command that answers it. */
  readonly flag: string
  readonly message: string
  /** What is proposed; undefined where nothing can be. */
  readonly proposed: Answer | undefined
  /** Whether the proposal holds where nobody can be asked; otherwise only where all proposals were agreed to. */
  readonly holdsUnasked: boolean
}

export interface TextQuestion extends Question<string> {
  /** Said of an answer that is wrong. */
  readonly check: (answer: string) => string | undefined
}

export interface ChoiceQuestion<Choice extends string> extends Question<Choice> {
  readonly choices: readonly { readonly value: Choice; readonly label: string; readonly hint?: string }[]
}

/** Whoever answers. Each method rejects with `Interrupted` when it was called off. */
export interface Asker {
  text(question: TextQuestion): Promise<string>
  choose<Choice extends string>(question: ChoiceQuestion<Choice>): Promise<Choice>
  confirm(question: Question<boolean>): Promise<boolean>
}

/** Somebody who was asked called it off. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Answers with what is proposed, and asks nobody. */
export class ProposalTaker implements Asker {
  readonly #takesAll: boolean

  /** @param takesAll whether every proposal was agreed to; otherwise what nobody can guess has to be given. */
  constructor(takesAll: boolean) {
    this.#takesAll = takesAll
  }

  readonly text = (question: TextQuestion): Promise<string> => this.#take(question)
  readonly choose = <Choice extends string>(question: ChoiceQuestion<Choice>): Promise<Choice> =>
    this.#take(question)
  readonly confirm = (question: Question<boolean>): Promise<boolean> => this.#take(question)

  #take<Answer>({ flag, message, proposed, holdsUnasked }: Question<Answer>): Promise<Answer> {
    if (proposed !== undefined && (holdsUnasked || this.#takesAll)) return Promise.resolve(proposed)
    const proposal = proposed === undefined ? '' : `, or agree to ${String(proposed)} with --yes`
    return Promise.reject(
      new QtxError('QTX_CONFIG_INVALID', `${flag} is missing, and nobody can be asked: ${message}`, {
        remedy: `give ${flag}${proposal}`,
      }),
    )
  }
}
