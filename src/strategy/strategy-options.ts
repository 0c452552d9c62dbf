import { Decimal, type DecimalInput } from '../common/decimal.ts'
import { QtxError } from '../errors.ts'

/** One option that a strategy declares. */
export interface StrategyOption<T> {
  /** What it is for, and its unit. */
  readonly meaning: string
  /** Undefined: it must be given. */
  readonly fallback: T | undefined
  /** What is accepted, for error texts, such as `a number from 0`. */
  readonly expected: string
  /** Reads its text; undefined for what is not accepted. */
  readonly read: (text: string) => T | undefined
}

/** The options that a strategy declares, by name. */
export type StrategyOptions = Readonly<Record<string, StrategyOption<unknown>>>

/** Their values, by name. */
export type OptionValues<Options extends StrategyOptions> = {
  readonly [Name in keyof Options]: Options[Name] extends StrategyOption<infer T> ? T : never
}

interface Limits {
  readonly min?: number
  readonly max?: number
}

/** A decimal, such as an amount or a price. Without a fallback it must be given. */
export function decimalOption(
  meaning: string,
  fallback?: DecimalInput,
  limits: Limits = {},
): StrategyOption<Decimal> {
  return {
    meaning,
    fallback: fallback === undefined ? undefined : new Decimal(fallback),
    expected: `a decimal${described(limits)}`,
    read: (text) => {
      if (!/^-?\d+(\.\d+)?$/.test(text)) return undefined
      const value = new Decimal(text)
      return isWithin(value.toNumber(), limits) ? value : undefined
    },
  }
}

/** A number. Without a fallback it must be given. */
export function numberOption(
  meaning: string,
  fallback?: number,
  limits: Limits = {},
): StrategyOption<number> {
  return {
    meaning,
    fallback,
    expected: `a number${described(limits)}`,
    read: (text) => {
      const value = /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : NaN
      return isWithin(value, limits) ? value : undefined
    },
  }
}

/** Yes or no; no by default. */
export function booleanOption(meaning: string, fallback = false): StrategyOption<boolean> {
  const words: Readonly<Record<string, boolean>> = { true: true, yes: true, false: false, no: false }
  return { meaning, fallback, expected: 'true or false', read: (text) => words[text] }
}

/** A text; one of the words where words are given. Without a fallback it must be given. */
export function textOption<Word extends string = string>(
  meaning: string,
  fallback?: Word,
  words?: readonly Word[],
): StrategyOption<Word> {
  return {
    meaning,
    fallback,
    expected: words ? `one of ${words.join(', ')}` : 'a text',
    read: (text) => (words ? words.find((word) => word === text) : (text as Word)),
  }
}

/**
 * The values of the declared options.
 * @param given texts by name, as from `--set name=value`.
 * @throws QtxError `QTX_CONFIG_INVALID` for an option that is not declared, missing or not accepted.
 */
export function readStrategyOptions<Options extends StrategyOptions>(
  declared: Options,
  given: Readonly<Record<string, string>>,
): OptionValues<Options> {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(declared, name)) continue
    const known = Object.keys(declared)
    throw new QtxError('QTX_CONFIG_INVALID', `the strategy has no option ${name}`, {
      remedy: known.length === 0 ? 'it has no options' : `it has ${known.join(', ')}`,
    })
  }
  return Object.fromEntries(
    Object.entries(declared).map(([name, option]) => [name, valueOf(name, option, given[name])]),
  ) as OptionValues<Options>
}

function valueOf(name: string, option: StrategyOption<unknown>, text: string | undefined): unknown {
  const { expected, fallback, meaning, read } = option
  const value = text === undefined ? fallback : read(text)
  if (value !== undefined) return value
  const what = text === undefined ? 'was not given' : `was ${JSON.stringify(text)}`
  throw new QtxError('QTX_CONFIG_INVALID', `the strategy’s option ${name} ${what}, expected ${expected}`, {
    remedy: `give --set ${name}=<value>: ${meaning}`,
  })
}

function isWithin(value: number, { min = -Infinity, max = Infinity }: Limits): boolean {
  return value >= min && value <= max
}

function described({ min, max }: Limits): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return ` from ${min}`
  return max === undefined ? '' : ` up to ${max}`
}
