import { definedOnly } from '../common/defined-only.ts'
import type { QtxConnectorConfig } from '../config/connector-config.ts'
import type { ExchangeCredentials } from '../connector/connector-options.ts'
import { EXCHANGE_REGISTRY, type ExchangeRow } from '../exchanges/registry.ts'

/** Where the configuration has each of the exchange's credentials. */
const CREDENTIAL_OPTIONS = {
  apiKey: 'exchangeApiKey',
  apiSecret: 'exchangeApiSecret',
  passphrase: 'exchangeApiPassphrase',
  userId: 'exchangeUserId',
} as const

/** The options that trading on the configured exchange needs, and that were not given. */
export function missingCredentials(
  config: QtxConnectorConfig,
  row: ExchangeRow = EXCHANGE_REGISTRY[config.exchangeBackend],
): readonly (typeof CREDENTIAL_OPTIONS)[keyof typeof CREDENTIAL_OPTIONS][] {
  if (!config.tradingRequired) return []
  return row.credentialFields
    .map((field) => CREDENTIAL_OPTIONS[field])
    .filter((option) => config[option] === undefined)
}

/** The keys to trade with; undefined where nothing is traded, or a key or its secret was not given. */
export function credentialsOf(config: QtxConnectorConfig): ExchangeCredentials | undefined {
  const { exchangeApiKey: apiKey, exchangeApiSecret: apiSecret } = config
  const { exchangeApiPassphrase: passphrase, exchangeUserId: userId } = config
  if (!config.tradingRequired || apiKey === undefined || apiSecret === undefined) return undefined
  return { apiKey, apiSecret, ...definedOnly({ passphrase, userId }) }
}
