/** Opens a position at the market and closes it again, by events. Runs against the simulator. */
import { createQtxConnector, silentLogger, type ConnectorEvents, type QtxConnector } from 'qtx-connector'
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
    tradingPairs: ['ETH-USDT'],
  },
  { logger: silentLogger },
)
await connector.start()
await connector.waitReady()

connector.on('orderFilled', ({ tradeType, amount, price, fee }) => {
  console.log(
    `${tradeType} ${amount.toString()} at ${price.toString()}, fee ${fee?.amount.toString() ?? '?'} ${fee?.asset ?? ''}`,
  )
})

const opened = next(connector, 'buyOrderCompleted')
connector.buy('ETH-USDT', '0.5', 'market')
await opened

const closed = next(connector, 'sellOrderCompleted')
connector.sell('ETH-USDT', '0.5', 'market', undefined, { positionAction: 'close' })
await closed
console.log('balance', connector.balance('USDT').toString(), 'USDT')
if (!connector.balance('USDT').lt(10_000)) throw new Error('fees were expected to cost something')

function next<E extends keyof ConnectorEvents>(from: QtxConnector, event: E): Promise<ConnectorEvents[E]> {
  return new Promise((resolve) => {
    const off = from.on(event, (payload) => {
      off()
      resolve(payload)
    })
  })
}
