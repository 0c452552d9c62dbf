import { qtxConnectorConfig } from '../../config/connector-config.ts'
import type { SecretOption, SecretReference } from '../../config/secret-reference.ts'
import { QtxError } from '../../errors.ts'
import { EXCHANGE_REGISTRY } from '../../exchanges/registry.ts'
import { EXCHANGE_BACKENDS, type ExchangeBackend } from '../../wire/symbol-names.ts'
import type { Asker, TextQuestion } from './asker.ts'
import {
  describeSecretPlace,
  readSecretPlace,
  requireSecretPlace,
  SECRET_PLACE_HELP,
} from './secret-place.ts'

/** What a configuration is written from. */
export interface InitAnswers {
  readonly exchange: ExchangeBackend
  readonly host: string
  readonly port: number
  readonly pairs: readonly string[]
  readonly marketDataOnly: boolean
  /** Undefined: orders go by the exchange's REST API. */
  readonly sharedMemory: string | undefined
  readonly secrets: Readonly<Partial<Record<SecretOption, SecretReference>>>
  readonly userId: string | undefined
  /** Undefined: nothing is put on record. */
  readonly journal: string | undefined
  /** Whether the exchange's own stream takes over while QTX's is silent. */
  readonly fallback: boolean
  readonly restUrl: string | undefined
  readonly websocketUrl: string | undefined
}

/** What was given on the command line; each answers a question. */
export interface InitFlags {
  readonly exchange?: string
  readonly host?: string
  readonly port?: string
  readonly pairs?: readonly string[]
  readonly marketDataOnly?: boolean
  readonly sharedMemory?: string | false
  readonly key?: string
  readonly secret?: string
  readonly passphrase?: string
  readonly userId?: string
  readonly journal?: string | false
  readonly feedFallback?: boolean
  readonly restUrl?: string
  readonly websocketUrl?: string
}

type Option = keyof typeof qtxConnectorConfig.shape

/** The secrets, in the order in which they are asked for. */
const SECRETS = [
  { field: 'apiKey', option: 'exchangeApiKey', flag: '--key', name: 'API_KEY', what: 'API key' },
  {
    field: 'apiSecret',
    option: 'exchangeApiSecret',
    flag: '--secret',
    name: 'API_SECRET',
    what: 'API secret',
  },
  {
    field: 'passphrase',
    option: 'exchangeApiPassphrase',
    flag: '--passphrase',
    name: 'API_PASSPHRASE',
    what: 'API passphrase',
  },
] as const
type Secret = (typeof SECRETS)[number]

/** Takes what the flags say, and asks for the rest. @throws QtxError `QTX_CONFIG_INVALID` for what is wrong or missing. */
export async function collectAnswers(flags: InitFlags, ask: Asker): Promise<InitAnswers> {
  for (const { flag } of SECRETS) {
    const given = flags[flagName(flag)]
    // Before anything else is asked or told.
    if (given !== undefined) requireSecretPlace(flag, given)
  }
  const exchange = await askExchange(flags, ask)
  const host = await askText(flags.host, ask, 'qtxPerpetualHost', {
    flag: '--host',
    message: 'QTX server: its IP address or host name',
    proposed: '127.0.0.1',
    holdsUnasked: false,
  })
  const port = await askText(flags.port, ask, 'qtxPerpetualPort', {
    flag: '--port',
    message: 'QTX server: its UDP port',
    proposed: '8080',
    holdsUnasked: true,
  })
  const pairs = await askText(flags.pairs?.join(' '), ask, 'tradingPairs', {
    flag: '--pairs',
    message: 'Pairs, such as BTC-USDT ETH-USDT',
    proposed: 'BTC-USDT',
    holdsUnasked: false,
  })
  const marketDataOnly =
    flags.marketDataOnly ??
    (await ask.confirm({
      flag: '--market-data-only',
      message: 'Market data only, without keys and orders?',
      proposed: false,
      holdsUnasked: true,
    }))
  const trading = marketDataOnly
    ? { sharedMemory: undefined, secrets: {}, userId: undefined, journal: undefined }
    : await askTrading(flags, ask, exchange)
  const fallback =
    flags.feedFallback ??
    (await ask.confirm({
      flag: '--feed-fallback',
      message: 'Let the exchange’s own stream take over while QTX’s is silent?',
      proposed: true,
      holdsUnasked: true,
    }))
  return {
    exchange,
    host,
    port: Number(port),
    pairs: readPairs(pairs),
    marketDataOnly,
    ...trading,
    fallback,
    restUrl: checked(flags.restUrl, '--rest-url', 'exchangeEndpoints', (rest) => ({ rest })),
    websocketUrl: checked(flags.websocketUrl, '--websocket-url', 'exchangeEndpoints', (websocket) => ({
      websocket,
    })),
  }
}

async function askExchange(flags: InitFlags, ask: Asker): Promise<ExchangeBackend> {
  const given = flags.exchange?.trim().toLowerCase()
  const exchange =
    given ??
    (await ask.choose({
      flag: '--exchange',
      message: 'Exchange',
      proposed: 'binance',
      holdsUnasked: false,
      choices: EXCHANGE_BACKENDS.map((value) => ({ value, label: EXCHANGE_REGISTRY[value].displayName })),
    }))
  checked(exchange, '--exchange', 'exchangeBackend')
  return exchange as ExchangeBackend
}

async function askTrading(
  flags: InitFlags,
  ask: Asker,
  exchange: ExchangeBackend,
): Promise<Pick<InitAnswers, 'sharedMemory' | 'secrets' | 'userId' | 'journal'>> {
  const sharedMemory =
    flags.sharedMemory === false
      ? ''
      : await askText(
          flags.sharedMemory,
          ask,
          'qtxPlaceOrderSharedMemoryName',
          {
            flag: '--shared-memory',
            message: 'Shared memory of the QTX order manager; empty: orders go by the exchange’s REST API',
            proposed: '',
            holdsUnasked: true,
          },
          true,
        )
  const fields = EXCHANGE_REGISTRY[exchange].credentialFields
  const secrets = await askSecrets(
    flags,
    ask,
    exchange,
    SECRETS.filter(({ field }) => fields.includes(field)),
  )
  const userId = fields.includes('userId')
    ? await askText(flags.userId, ask, 'exchangeUserId', {
        flag: '--user-id',
        message: 'The account’s user id; it is no secret',
        proposed: undefined,
        holdsUnasked: true,
      })
    : undefined
  const journal =
    flags.journal === false
      ? ''
      : await askText(
          flags.journal,
          ask,
          'journal',
          {
            flag: '--journal',
            message: 'Folder for the journal of orders; empty: none is kept',
            proposed: `./journal/${exchange}`,
            holdsUnasked: true,
          },
          true,
        )
  return { sharedMemory: sharedMemory || undefined, secrets, userId, journal: journal || undefined }
}

type Places = 'environment' | 'files' | 'other'

async function askSecrets(
  flags: InitFlags,
  ask: Asker,
  exchange: ExchangeBackend,
  wanted: readonly Secret[],
): Promise<InitAnswers['secrets']> {
  const open = wanted.filter(({ flag }) => flags[flagName(flag)] === undefined)
  const environment = (secret: Secret): SecretReference => ({
    env: `${exchange.toUpperCase()}_${secret.name}`,
  })
  const file = (secret: Secret): SecretReference => ({
    file: `./${exchange}-${secret.name.toLowerCase().replace('_', '-')}`,
  })
  const list = (place: (secret: Secret) => SecretReference): string =>
    open.map((secret) => describeSecretPlace(place(secret)).replace(/^\w+:/, '')).join(', ')
  const places: Places =
    open.length === 0
      ? 'other'
      : await ask.choose<Places>({
          flag: open.map(({ flag }) => flag).join(', '),
          message: 'Where are the exchange’s keys kept? They are never written into the configuration',
          proposed: 'environment',
          holdsUnasked: true,
          choices: [
            { value: 'environment', label: 'environment variables', hint: list(environment) },
            { value: 'files', label: 'files that only you can read', hint: list(file) },
            { value: 'other', label: 'elsewhere', hint: 'name each place' },
          ],
        })
  const secrets: Partial<Record<SecretOption, SecretReference>> = {}
  for (const secret of wanted) {
    const { option, flag, what } = secret
    const given = flags[flagName(flag)]
    if (given !== undefined) secrets[option] = requireSecretPlace(flag, given)
    else if (places === 'environment') secrets[option] = environment(secret)
    else if (places === 'files') secrets[option] = file(secret)
    else {
      const place = await ask.text({
        flag,
        message: `Where is the ${what}? env:NAME or file:PATH`,
        proposed: describeSecretPlace(environment(secret)),
        holdsUnasked: true,
        check: (answer) => (readSecretPlace(answer) ? undefined : `Please ${SECRET_PLACE_HELP}.`),
      })
      secrets[option] = requireSecretPlace(flag, place)
    }
  }
  return secrets
}

/** What a flag or an answer says of an option, checked as the configuration will be. */
async function askText(
  given: string | undefined,
  ask: Asker,
  option: Option,
  question: Omit<TextQuestion, 'check'>,
  mayBeEmpty = false,
): Promise<string> {
  const check = (answer: string): string | undefined =>
    mayBeEmpty && answer.trim() === '' ? undefined : problemOf(option, valueOf(option, answer.trim()))
  const answer = (given ?? (await ask.text({ ...question, check }))).trim()
  const problem = check(answer)
  if (problem !== undefined) throw wrong(question.flag, answer, problem)
  return answer
}

function checked(
  given: string | undefined,
  flag: string,
  option: Option,
  toValue: (given: string) => unknown = (text) => text,
): string | undefined {
  if (given === undefined) return undefined
  const problem = problemOf(option, toValue(given))
  if (problem !== undefined) throw wrong(flag, given, problem)
  return given
}

function wrong(flag: string, given: string, problem: string): QtxError {
  return new QtxError('QTX_CONFIG_INVALID', `${flag} was ${JSON.stringify(given)}`, { remedy: problem })
}

/** What is wrong with an option; the same sentences as everywhere. */
function problemOf(option: Option, value: unknown): string | undefined {
  const { error } = qtxConnectorConfig.safeParse({ [option]: value })
  return error?.issues.find(({ path }) => path[0] === option)?.message
}

/** The option's value as the file will have it. */
function valueOf(option: Option, answer: string): unknown {
  if (option === 'qtxPerpetualPort') return /^\d+$/.test(answer) ? Number(answer) : answer
  if (option === 'tradingPairs') return readPairs(answer)
  if (option === 'journal') return { folder: answer }
  return answer
}

function readPairs(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))]
}

function flagName(flag: Secret['flag']): 'key' | 'secret' | 'passphrase' {
  return flag.slice(2) as 'key' | 'secret' | 'passphrase'
}
