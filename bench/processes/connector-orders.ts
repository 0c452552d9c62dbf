/**
 * Orders through a connector: `connector-orders.ts CONFIG_JSON COUNT`. Prints how long `buy()` itself takes and how long
 * it is until the order is created: the first order's, and the median of the second half.
 */
import { createQtxConnector, silentLogger } from '../../src/index.ts'
import type { QtxConnectorConfigInput } from '../../src/config/connector-config.ts'
import { percentileOf } from '../../src/cli/bench/percentiles.ts'
import { answer } from '../../src/cli/bench/processes/command-lines.ts'

const [config, count] = process.argv.slice(2)
await using connector = await createQtxConnector(JSON.parse(config!) as QtxConnectorConfigInput, {
  logger: silentLogger,
})
await connector.start()
await connector.waitReady({ timeoutMs: 20_000 })

const calls = new Float64Array(Number(count))
const created = new Float64Array(Number(count))
let onCreated: () => void = () => undefined
connector.on('buyOrderCreated', () => onCreated())
for (let i = 0; i < calls.length; i++) {
  // Far below the market, so that it does not fill.
  const price = connector.price('BTC-USDT', 'bid')!.mul('0.98')
  const isCreated = new Promise<void>((resolve) => (onCreated = resolve))
  const startMs = performance.now()
  const clientOrderId = connector.buy('BTC-USDT', '0.01', 'limit', price)
  calls[i] = (performance.now() - startMs) * 1_000
  await isCreated
  created[i] = (performance.now() - startMs) * 1_000
  await connector.cancel('BTC-USDT', clientOrderId)
}
const half = calls.length >> 1
answer({
  firstCallUs: calls[0],
  firstCreatedUs: created[0],
  callUs: percentileOf(calls.subarray(half).sort(), 0.5),
  createdUs: percentileOf(created.subarray(half).sort(), 0.5),
})
