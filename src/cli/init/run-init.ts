import { dirname, resolve } from 'node:path'
import { checkConfigText, describeProblem, type ConfigProblem } from '../../config/config-file.ts'
import { SECRET_OPTIONS } from '../../config/secret-reference.ts'
import { QtxError } from '../../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { printJson, printLine } from '../output.ts'
import { canAsk } from '../service/confirm.ts'
import { Interrupted, ProposalTaker, type Asker } from './asker.ts'
import { collectAnswers, type InitAnswers, type InitFlags } from './collect-answers.ts'
import { configText } from './config-text.ts'
import { assertWritable, writeConfig } from './write-config.ts'

export interface InitRequest {
  readonly file: string
  readonly flags: InitFlags
  readonly takesProposals: boolean
  readonly mayOverwrite: boolean
  readonly json: boolean
}

/** What became of `qtx init`, for programs. */
interface InitResult {
  readonly file: string
  readonly exchange: string
  readonly pairs: readonly string[]
  /** What is not there yet, such as an environment variable. */
  readonly missing: readonly ConfigProblem[]
  readonly next: readonly string[]
}

/** Asks what it was not told, writes the configuration, resolves with the exit code. @throws QtxError. */
export async function runInit(request: InitRequest): Promise<number> {
  const { file, flags, mayOverwrite, json } = request
  using interruption = new Interruption()
  assertWritable(file, mayOverwrite)
  try {
    const answers = await collectAnswers(flags, await askerFor(request, interruption.signal))
    const text = configText(answers)
    const missing = missingSecrets(text, file)
    if (interruption.exitCode !== undefined) throw new Interrupted()
    writeConfig(file, text, mayOverwrite)
    const result = resultOf(file, answers, missing)
    if (json) printJson(result)
    else print(result)
    return EXIT.OK
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    process.stderr.write('qtx: it was called off; nothing was written\n')
    return interruption.exitCode ?? EXIT.INTERRUPTED
  }
}

async function askerFor({ takesProposals, json }: InitRequest, signal: AbortSignal): Promise<Asker> {
  if (takesProposals || json || !canAsk({ input: process.stdin, output: process.stdout }))
    return new ProposalTaker(takesProposals)
  const { TerminalAsker } = await import('./terminal-asker.ts')
  return new TerminalAsker(signal)
}

/**
 * What the file still needs from outside. Reads it exactly as `qtx config check` does.
 * @throws QtxError `QTX_CONFIG_INVALID` for everything else that would be wrong with it.
 */
function missingSecrets(text: string, file: string): readonly ConfigProblem[] {
  const { problems } = checkConfigText(text, dirname(resolve(file)))
  const secrets: readonly string[] = SECRET_OPTIONS
  const wrong = problems.filter(({ option }) => !secrets.includes(option))
  if (wrong.length === 0) return problems
  throw new QtxError('QTX_CONFIG_INVALID', 'these answers make no valid configuration; nothing was written', {
    remedy: wrong.map((problem) => describeProblem(file, problem)).join(' '),
  })
}

function resultOf(
  file: string,
  { exchange, pairs }: InitAnswers,
  missing: InitResult['missing'],
): InitResult {
  const name = /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`
  return {
    file,
    exchange,
    pairs,
    missing,
    next: [`qtx config check ${name}`, `qtx doctor ${name}`, `qtx start --config ${name}`],
  }
}

function print({ file, exchange, pairs, missing, next }: InitResult): void {
  printLine(`wrote ${file}: ${exchange}, ${pairs.join(' ')}`)
  if (missing.length > 0) {
    printLine('not there yet:')
    for (const { option, message } of missing) printLine(`  ${option}: ${message}`)
  }
  printLine('next:')
  for (const command of next) printLine(`  ${command}`)
}
