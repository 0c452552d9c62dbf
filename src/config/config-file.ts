import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { messageOf, QtxError } from '../errors.ts'
import { qtxConnectorConfig, type QtxConnectorConfig } from './connector-config.ts'
import { explainNoText, explainYamlError } from './yaml-problems.ts'
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

/** What a configuration file is read with. */
export interface LoadConfigOptions {
  /** Where `{ env: NAME }` is looked up; the process's environment by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Whether secrets are read; those who need none leave them out. True by default. */
  readonly withSecrets?: boolean
}

const LARGEST_FILE_BYTES = 1_000_000

/** Why a file cannot be read, and what to do, by the system's code. */
const UNREADABLE: ReadonlyMap<string, readonly [why: string, remedy: string]> = new Map([
  ['ENOENT', ['there is no such file', 'give the path of a configuration file, or write one with qtx init']],
  ['EISDIR', ['it is a folder', 'give the path of a file in it, such as qtx.yaml']],
  ['EACCES', ['this user may not read it', 'run as its owner, or change its mode']],
])

/** Reads a configuration file, with its problems as data. @throws QtxError `QTX_CONFIG_INVALID` without such a file. */
export function checkConfigFile(file: string, options: LoadConfigOptions = {}): CheckedConfig {
  const bytes = readConfigFile(file)
  const noText = explainNoText(bytes)
  if (noText === undefined) return checkConfigText(bytes.toString('utf8'), dirname(file), options)
  const problem: ConfigProblem = { option: '', line: 1, column: 1, message: noText }
  return { config: undefined, problems: [problem], secretsFrom: {} }
}

function readConfigFile(file: string): Buffer {
  try {
    const { size } = statSync(file)
    if (size <= LARGEST_FILE_BYTES) return readFileSync(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const [why, remedy] = (code !== undefined && UNREADABLE.get(code)) || [
      messageOf(error),
      'give the path of a configuration file',
    ]
    throw new QtxError('QTX_CONFIG_INVALID', `${file} could not be read: ${why}`, { cause: error, remedy })
  }
  throw new QtxError('QTX_CONFIG_INVALID', `${file} could not be read: it has more than a megabyte`, {
    remedy: 'give the path of a configuration file',
  })
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
    const problems = document.errors.map((error) => ({
      option: '',
      ...places.at(error.pos[0]),
      message: explainYamlError(error),
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
  } = options.withSecrets === false
    ? withoutSecrets(read)
    : resolveSecrets(read, folder, options.environment ?? process.env)
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
  } catch {
    // The error's own words repeat what stands in the file.
    return 'A value that begins with * or & means something in YAML, and cannot be resolved here; put quotes around it.'
  }
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) return { ...values }
  const what = values === null || values === undefined ? 'There are no options in it' : 'These are no options'
  return `${what}: write options as lines such as "exchangeBackend: binance", or begin with qtx init.`
}

interface ResolvedSecrets {
  readonly values: Readonly<Record<string, unknown>>
  readonly secretsFrom: Readonly<Partial<Record<SecretOption, string>>>
  readonly problems: readonly (readonly [option: SecretOption, message: string])[]
}

function withoutSecrets(options: Readonly<Record<string, unknown>>): ResolvedSecrets {
  const isSecret = (name: string): boolean => (SECRET_OPTIONS as readonly string[]).includes(name)
  const values = Object.fromEntries(Object.entries(options).filter(([name]) => !isSecret(name)))
  return { values, secretsFrom: {}, problems: [] }
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
