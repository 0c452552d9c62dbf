import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { messageOf, QtxError } from '../errors.ts'
import { qtxConnectorConfig, type QtxConnectorConfig } from './connector-config.ts'
import { readSecret, SECRET_OPTIONS, type SecretOption } from './secret-reference.ts'

/** One thing that is wrong with a configuration file. */
export interface ConfigProblem {
  /** The option, such as `exchangeEndpoints.rest`; empty for the file as a whole. */
  readonly option: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** What is wrong, and an example of what is right. */
  readonly message: string
}

/** What came of reading a configuration file. */
export interface CheckedConfig {
  /** Undefined when there are problems. */
  readonly config: QtxConnectorConfig | undefined
  readonly problems: readonly ConfigProblem[]
  /** Where each secret was found. */
  readonly secretsFrom: Readonly<Partial<Record<SecretOption, string>>>
}

export interface LoadConfigOptions {
  /** Where `{ env: NAME }` is looked up; the process's environment by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** Reads a configuration file, with its problems as data. @throws QtxError `QTX_CONFIG_INVALID` without such a file. */
export function checkConfigFile(file: string, options: LoadConfigOptions = {}): CheckedConfig {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new QtxError('QTX_CONFIG_INVALID', `${file} could not be read: ${messageOf(error)}`, {
      remedy: 'give the path of a configuration file',
    })
  }
  return checkConfigText(text, dirname(file), options)
}

/** `qtx.yaml:3:5 exchangeBackend: There is no backend …`. */
export function describeProblem(file: string, { option, line, column, message }: ConfigProblem): string {
  return `${file}:${line}:${column} ${option === '' ? '' : `${option}: `}${message}`
}

/** @param folder what the paths of secrets are relative to. */
export function checkConfigText(
  text: string,
  folder: string,
  options: LoadConfigOptions = {},
): CheckedConfig {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const places = new Places(document, lines)
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => ({
      option: '',
      ...places.at(pos[0]),
      message,
    }))
    return { config: undefined, problems, secretsFrom: {} }
  }
  const read = readDocument(document)
  if (typeof read === 'string')
    return { config: undefined, problems: [{ option: '', ...places.at(0), message: read }], secretsFrom: {} }
  const {
    values,
    secretsFrom,
    problems: secretProblems,
  } = resolveSecrets(read, folder, options.environment ?? process.env)
  const problems: ConfigProblem[] = secretProblems.map(([option, message]) => ({
    option,
    ...places.of([option]),
    message,
  }))
  const result = qtxConnectorConfig.safeParse(values)
  for (const issue of result.error?.issues ?? []) {
    const { path, message, unknownOption } = issue
    problems.push({
      option: path.join('.'),
      ...(unknownOption === undefined ? places.of(path) : places.ofKey(path, unknownOption)),
      message,
    })
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column)
  return { config: problems.length === 0 ? result.data : undefined, problems, secretsFrom }
}

/** The document as plain values, or why it is none. */
function readDocument(document: Document): Readonly<Record<string, unknown>> | string {
  let values: unknown
  try {
    // More aliases than any configuration needs would only blow it up.
    values = document.toJS({ maxAliasCount: 20 })
  } catch (error) {
    return messageOf(error)
  }
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) return { ...values }
  return 'Write options as lines such as "exchangeBackend: binance".'
}

interface ResolvedSecrets {
  readonly values: Readonly<Record<string, unknown>>
  readonly secretsFrom: Readonly<Partial<Record<SecretOption, string>>>
  readonly problems: readonly (readonly [option: SecretOption, message: string])[]
}

function resolveSecrets(
  options: Readonly<Record<string, unknown>>,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): ResolvedSecrets {
  const values: Record<string, unknown> = { ...options }
  const secretsFrom: Partial<Record<SecretOption, string>> = {}
  const problems: [SecretOption, string][] = []
  for (const option of SECRET_OPTIONS) {
    const reference = options[option]
    if (reference === undefined) continue
    const secret = readSecret(reference, folder, environment)
    // What could not be read is told once, and not again as an option that is missing.
    values[option] = 'value' in secret ? secret.value : 'unread'
    if ('value' in secret) secretsFrom[option] = secret.from
    else problems.push([option, secret.problem])
  }
  return { values, secretsFrom, problems }
}

/** Where options stand in the file. */
class Places {
  readonly #document: Document
  readonly #lines: LineCounter

  constructor(document: Document, lines: LineCounter) {
    this.#document = document
    this.#lines = lines
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }

  /** Of an option's value; of what should contain it, where it is missing. */
  of(path: readonly (string | number)[]): { readonly line: number; readonly column: number } {
    for (let length = path.length; length > 0; length--) {
      const node = this.#document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return this.at(node.range[0])
    }
    return this.at(0)
  }

  ofKey(path: readonly (string | number)[], key: string): { readonly line: number; readonly column: number } {
    const map = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true)
    const found = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && item.key.value === key)
      : undefined
    return isScalar(found?.key) && found.key.range ? this.at(found.key.range[0]) : this.of(path)
  }
}
