import type { QtxConnectorConfig } from '../config/connector-config.ts'
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
