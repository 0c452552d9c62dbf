/** Places a limit order far from the market and cancels it. Runs against the simulator: no keys, no QTX account. */
import { createQtxConnector, silentLogger } from 'qtx-connector'
import { startSimulator } from 'qtx-connector/simulator'

await using simulator = await startSimulator()
await using connector = await createQtxConnector(
  {
    exchangeBackend: 'binance',
    qtxPerpetualHost: simulator.feed.host,
    qtxPerpetualPort: simulator.feed.port,
    qtxPlaceOrderSharedMemoryName: simulator.sharedMemoryName,
    exchangeApiKey: simulator.account.apiKey,
    exchangeApiSecret: simulator.account.apiSecret,
    exchangeEndpoints: simulator.exchangeEndpoints,
    tradingPairs: ['BTC-USDT'],
  },
  { logger: silentLogger },
)
await connector.start()
await connector.waitReady()

const bid = connector.price('BTC-USDT', 'bid')
if (!bid) throw new Error('the book has no bid')
console.log('best bid', bid.toString())

const created = new Promise<void>((resolve) => {
  connector.on('buyOrderCreated', (order) => {
    console.log('created', order.clientOrderId, 'exchange id', order.exchangeOrderId)
    resolve()
  })
})
const clientOrderId = connector.buy('BTC-USDT', '0.01', 'limitMaker', bid.mul('0.95'))
await created

const { success } = await connector.cancel('BTC-USDT', clientOrderId)
console.log('cancelled', success)
if (!success) throw new Error('the order was not cancelled')
