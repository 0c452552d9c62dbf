import type { QtxConnectorConfigInput } from '../config/connector-config.ts'
import type { QtxConnector } from '../qtx/connector-protocol.ts'
import type { ConnectorClassOptions, ConnectorRuntime } from '../qtx/create-connector-class.ts'
import { createQtxConnector } from '../qtx/qtx-perpetual-derivative.ts'
import type { PaperOptions } from './paper-options.ts'
import { withPaperExchange } from './with-paper-exchange.ts'

/** Of the configuration, what trading on paper has no use for: it needs no keys and no ring, and has no journal. */
const UNUSED = [
  'exchangeApiKey',
  'exchangeApiSecret',
  'exchangeApiPassphrase',
  'exchangeUserId',
  'qtxPlaceOrderSharedMemoryName',
  'orderRoute',
  'journal',
] as const satisfies readonly (keyof QtxConnectorConfigInput)[]

/**
 * A connector with QTX's real market data and the exchange's real trading rules, whose orders are on paper: they fill
 * against the real book, with queue position, latency and fees. Plugins are on top of the paper exchange.
 * @throws QtxError `QTX_CONFIG_INVALID`.
 */
export function createPaperConnector(
  config: QtxConnectorConfigInput,
  paper: PaperOptions = {},
  options: ConnectorClassOptions & ConnectorRuntime = {},
): Promise<QtxConnector> {
  const market = Object.fromEntries(
    Object.entries(config).filter(([name]) => !(UNUSED as readonly string[]).includes(name)),
  ) as unknown as QtxConnectorConfigInput
  return createQtxConnector(
    { ...market, tradingRequired: false },
    { ...options, plugins: [withPaperExchange(paper), ...(options.plugins ?? [])] },
  )
}
