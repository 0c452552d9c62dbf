/** A plugin is a layer on top of QTX's own: this one refuses orders above a size. Runs against the simulator. */
import {
  createQtxConnector,
  Decimal,
  QtxError,
  silentLogger,
  type ConnectorPlugin,
  type InFlightOrder,
  type PlaceOutcome,
} from 'qtx-connector'
import { startSimulator } from 'qtx-connector/simulator'

function withMaxOrderSize(maxAmount: string): ConnectorPlugin {
  return (Parent) => {
    abstract class MaxOrderSize extends Parent {
      protected override placeOrder(order: InFlightOrder): Promise<PlaceOutcome> {
        if (order.amount.gt(new Decimal(maxAmount))) {
          throw new QtxError(
            'QTX_ORDER_INVALID',
            `${order.amount.toString()} is above this desk's limit of ${maxAmount}`,
          )
        }
        return super.placeOrder(order)
      }
    }
    return MaxOrderSize
  }
}

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
  { plugins: [withMaxOrderSize('0.05')], logger: silentLogger },
)
await connector.start()
await connector.waitReady()

const refused = new Promise<string>((resolve) =>
  connector.on('orderFailure', (event) => resolve(event.errorMessage)),
)
connector.buy('BTC-USDT', '1', 'market')
console.log('refused:', await refused)
