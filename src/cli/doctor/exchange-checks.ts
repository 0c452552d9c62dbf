import { definedOnly } from '../../common/defined-only.ts'
import { silentLogger } from '../../common/log.ts'
import type { QtxConnectorConfig } from '../../config/connector-config.ts'
import type { PerpetualDerivative } from '../../connector/perpetual-derivative.ts'
import { EXCHANGE_REGISTRY } from '../../exchanges/registry.ts'
import { credentialsOf } from '../../qtx/configured-credentials.ts'
import { failed, ok, warning, type DoctorCheck } from './doctor-check.ts'

const READY_TIMEOUT_MS = 15_000
/** Half of the smallest receive window that exchanges have by default. */
const LARGE_SKEW_MS = 2_500
const SKEW_MS = 500

/** Starts the exchange's own connector with the configured keys, looks at the account, and stops it. Sends no order. */
export async function checkExchange(config: QtxConnectorConfig): Promise<readonly DoctorCheck[]> {
  const row = EXCHANGE_REGISTRY[config.exchangeBackend]
  const name = `exchange ${config.exchangeBackend}`
  const credentials = credentialsOf(config)
  const Parent = await row.load()
  const connector = new Parent({
    tradingPairs: config.tradingPairs,
    tradingRequired: credentials !== undefined,
    ...(credentials && { credentials }),
    ...(config.exchangeEndpoints && { exchangeEndpoints: definedOnly(config.exchangeEndpoints) }),
    logger: silentLogger,
  })
  try {
    await connector.start()
    // What it still waits for is in its status.
    await connector.waitReady({ timeoutMs: READY_TIMEOUT_MS }).catch(() => undefined)
    return [
      ...checksOf(name, connector),
      ...clockCheck(name, connector.clockSkewMs),
      ...(credentials ? accountChecks(name, connector, config) : []),
    ]
  } catch (error) {
    return [failed(name, error)]
  } finally {
    await connector.stop()
  }
}

/** What does not hold, one row each; one row when everything does. */
function checksOf(name: string, connector: PerpetualDerivative): readonly DoctorCheck[] {
  const waiting = Object.entries(connector.status).filter(([, check]) => !check.ok)
  if (waiting.length === 0) return [ok(name, `ready: ${Object.keys(connector.status).join(', ')}`)]
  return waiting.map(([check, { reason, remedy }]) => failed(`${name} ${check}`, new Error(reason), remedy))
}

function clockCheck(name: string, skewMs: number | undefined): readonly DoctorCheck[] {
  if (skewMs === undefined) return []
  const found = `this machine's clock is ${Math.abs(skewMs).toFixed(0)} ms ${skewMs > 0 ? 'ahead of' : 'behind'} the exchange's`
  const remedy = 'synchronise it, with chrony or systemd-timesyncd'
  if (Math.abs(skewMs) > LARGE_SKEW_MS) return [failed(`${name} clock`, new Error(found), remedy)]
  return [Math.abs(skewMs) > SKEW_MS ? warning(`${name} clock`, found, remedy) : ok(`${name} clock`, found)]
}

function accountChecks(
  name: string,
  connector: PerpetualDerivative,
  { tradingPairs }: QtxConnectorConfig,
): readonly DoctorCheck[] {
  const leverage = tradingPairs.map((pair) => `${pair} ${connector.leverage(pair)}×`).join(', ')
  const open = [...connector.positions].map(([pair, { amount }]) => `${pair} ${amount.toString()}`)
  return [
    ok(`${name} position mode`, String(connector.positionMode)),
    ok(`${name} leverage`, leverage),
    ok(`${name} positions`, open.length === 0 ? 'none is open' : open.join(', ')),
  ]
}
