/** What is wrong with an option. */
export interface ConfigIssue {
  /** Names, and places in lists, from the outside in. */
  readonly path: readonly (string | number)[]
  /** A sentence of help. */
  readonly message: string
  /** What was given and is no option, the first of several; the path is that of the object it is in. */
  readonly unknownOption?: string
}

/** The part of JSON Schema that says what an option takes. */
export interface OptionSchema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, OptionSchema>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly OptionSchema[]
  readonly items?: OptionSchema
}

/** What was read, or everything that is wrong with it. */
export type ParsedConfig<Output> =
  | { readonly success: true; readonly data: Output; readonly error?: undefined }
  | {
      readonly success: false
      readonly data?: undefined
      readonly error: { readonly issues: readonly ConfigIssue[] }
    }

/** What a field takes. */
export type InputOf<F> = F extends Field<infer Input, unknown> ? Input : never
/** What it makes of that. */
export type OutputOf<F> = F extends Field<unknown, infer Output> ? Output : never

type Shape = Readonly<Record<string, Field<unknown, unknown>>>
type Flat<T> = { [Name in keyof T]: T[Name] }
/** Options that may be undefined may be left out. */
type Optional<T> = Flat<
  { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
    [Name in keyof T as undefined extends T[Name] ? Name : never]?: T[Name]
  }
>
export type ObjectInput<S extends Shape> = Optional<{ -readonly [Name in keyof S]: InputOf<S[Name]> }>
export type ObjectOutput<S extends Shape> = Optional<{ -readonly [Name in keyof S]: OutputOf<S[Name]> }>

type Sentence = string | ((value: unknown) => string)
/** Stands for a value in which something is wrong. */
const WRONG = Symbol('wrong')
type Read<Output> = (value: unknown, problems: Problems) => Output | typeof WRONG

/** Where the reading is, and what it has found. */
class Problems {
  readonly path: (string | number)[] = []
  readonly issues: ConfigIssue[] = []

  add(sentence: Sentence, value: unknown): typeof WRONG {
    const message = typeof sentence === 'string' ? sentence : sentence(value)
    this.issues.push({ path: [...this.path], message })
    return WRONG
  }
}

/**
 * An option: reads a value from outside, or says in a sentence what is wrong with it. Made for one purpose, so that
 * loading and checking a configuration cost next to nothing.
 */
export class Field<Input, Output = Input> {
  declare readonly inputType: Input
  /** What it takes, for documentation and forms. */
  readonly jsonSchema: OptionSchema
  readonly isOptional: boolean
  readonly fallback: Output | undefined
  readonly #read: Read<Output>

  constructor(
    jsonSchema: OptionSchema,
    read: Read<Output>,
    { isOptional = false, fallback }: { isOptional?: boolean; fallback?: Output | undefined } = {},
  ) {
    this.jsonSchema = jsonSchema
    this.#read = read
    this.isOptional = isOptional
    this.fallback = fallback
  }

  get description(): string | undefined {
    return this.jsonSchema.description
  }

  describe(description: string): Field<Input, Output> {
    return new Field<Input, Output>({ ...this.jsonSchema, description }, this.#read, this)
  }

  /** A further condition, for values that are right so far. */
  check(isRight: (value: Output) => boolean, problem: Sentence): Field<Input, Output> {
    const read = this.#read
    return new Field<Input, Output>(
      this.jsonSchema,
      (value, problems) => {
        const found = read(value, problems)
        return found === WRONG || isRight(found) ? found : problems.add(problem, found)
      },
      this,
    )
  }

  optional(): Field<Input | undefined, Output | undefined> {
    return new Field<Input | undefined, Output | undefined>(this.jsonSchema, this.#read, { isOptional: true })
  }

  default(fallback: Output): Field<Input | undefined, Output> {
    return new Field<Input | undefined, Output>({ ...this.jsonSchema, default: fallback }, this.#read, {
      isOptional: true,
      fallback,
    })
  }

  /** What is wrong is added to the problems. */
  read(value: unknown, problems: Problems): Output | typeof WRONG {
    return value === undefined && this.isOptional ? (this.fallback as Output) : this.#read(value, problems)
  }
}

/** An object with exactly these options. */
export class ObjectField<S extends Shape> extends Field<ObjectInput<S>, ObjectOutput<S>> {
  readonly shape: S

  constructor(shape: S, sentences: ObjectSentences) {
    const names = Object.keys(shape)
    const required = names.filter((name) => !shape[name]!.isOptional)
    super(
      {
        type: 'object',
        properties: Object.fromEntries(names.map((name) => [name, shape[name]!.jsonSchema])),
        required,
      },
      readObject(shape, required, sentences),
    )
    this.shape = shape
  }

  /** Reads a value, and finds everything that is wrong with it. Never throws. */
  safeParse(value: unknown): ParsedConfig<ObjectOutput<S>> {
    const problems = new Problems()
    const data = this.read(value, problems)
    return problems.issues.length === 0 && data !== WRONG
      ? { success: true, data }
      : { success: false, error: { issues: problems.issues } }
  }
}

/** What is said where there is no object, and of options that are none. */
export interface ObjectSentences {
  readonly noObject: () => string
  readonly unknown: (names: readonly string[]) => string
}

function readObject<S extends Shape>(
  shape: S,
  required: readonly string[],
  sentences: ObjectSentences,
): Read<ObjectOutput<S>> {
  const fields = new Map(Object.entries(shape))
  const defaults = [...fields].filter(([, field]) => field.fallback !== undefined)
  const ranks = new Map([...fields.keys()].map((name, rank) => [name, rank]))
  return (value, problems) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return problems.add(sentences.noObject, value)
    }
    const input = value as Readonly<Record<string, unknown>>
    const output: Record<string, unknown> = {}
    const { path, issues } = problems
    const firstIssue = issues.length
    const depth = path.length
    let unknown: string[] | undefined
    for (const name in input) {
      const field = fields.get(name)
      if (!field) (unknown ??= []).push(name)
      else if (input[name] !== undefined) {
        path.push(name)
        output[name] = field.read(input[name], problems)
        path.pop()
      }
    }
    for (const name of required) {
      if (input[name] === undefined) {
        path.push(name)
        fields.get(name)!.read(undefined, problems)
        path.pop()
      }
    }
    for (const [name, field] of defaults) output[name] ??= field.fallback
    if (issues.length > firstIssue) {
      // In the order of the options, whatever that of the input.
      const found = issues.splice(firstIssue)
      const rankOf = ({ path: at }: ConfigIssue): number => ranks.get(String(at[depth])) ?? Infinity
      issues.push(...found.sort((a, b) => rankOf(a) - rankOf(b)))
    }
    if (unknown) {
      const [unknownOption] = unknown
      issues.push({
        path: [...path],
        message: sentences.unknown(unknown),
        ...(unknownOption !== undefined && { unknownOption }),
      })
    }
    return output as ObjectOutput<S>
  }
}

export function text(problem: string): Field<string> {
  return new Field<string>({ type: 'string' }, (value, problems) =>
    typeof value === 'string' ? value : problems.add(problem, value),
  )
}

/** A finite number. */
export function number(problem: string): Field<number> {
  return new Field<number>({ type: 'number' }, (value, problems) =>
    typeof value === 'number' && Number.isFinite(value) ? value : problems.add(problem, value),
  )
}

/** A whole number that a double has exactly. */
export function whole(problem: string, notWhole: string): Field<number> {
  return new Field<number>({ type: 'integer' }, (value, problems) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return problems.add(problem, value)
    return Number.isSafeInteger(value) ? value : problems.add(notWhole, value)
  })
}

export function flag(problem: string): Field<boolean> {
  return new Field<boolean>({ type: 'boolean' }, (value, problems) =>
    typeof value === 'boolean' ? value : problems.add(problem, value),
  )
}

export function oneOf<const Word extends string>(words: readonly Word[], problem: Sentence): Field<Word> {
  return new Field<Word>({ type: 'string', enum: words }, (value, problems) =>
    words.includes(value as Word) ? (value as Word) : problems.add(problem, value),
  )
}

/** Text or a number, as it was given. */
export function numberOrText(problem: string): Field<number | string> {
  return new Field<number | string>({ anyOf: [{ type: 'number' }, { type: 'string' }] }, (value, problems) =>
    typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))
      ? value
      : problems.add(problem, value),
  )
}

/** A word that is looked up after it was made uniform. */
export function uniform<Word extends string>(
  problem: string,
  toUniform: (text: string) => string,
  words: Field<Word>,
): Field<string, Word> {
  return new Field<string, Word>({ type: 'string' }, (value, problems) =>
    typeof value === 'string' ? words.read(toUniform(value), problems) : problems.add(problem, value),
  )
}

export function list<Input, Output>(item: Field<Input, Output>, problem: string): Field<Input[], Output[]> {
  return new Field<Input[], Output[]>({ type: 'array', items: item.jsonSchema }, (value, problems) => {
    if (!Array.isArray(value)) return problems.add(problem, value)
    return (value as readonly unknown[]).map((each, index) => {
      problems.path.push(index)
      const read = item.read(each, problems)
      problems.path.pop()
      return read as Output
    })
  })
}

/** Text by name, both of them checked. */
export function textByName(
  isName: (name: string) => boolean,
  item: Field<string>,
  problem: string,
): Field<Record<string, string>> {
  return new Field<Record<string, string>>({ type: 'object' }, (value, problems) => {
    if (!isPlainObject(value)) return problems.add(problem, value)
    const output: Record<string, string> = {}
    for (const [name, each] of Object.entries(value)) {
      problems.path.push(name)
      const read = isName(name) ? item.read(each, problems) : problems.add(problem, name)
      problems.path.pop()
      if (read !== WRONG) output[name] = read
    }
    return output
  })
}

/** A map or a date has no options to read, and is not to pass as empty. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
