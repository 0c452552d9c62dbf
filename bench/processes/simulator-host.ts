/**
 * The simulator as a process: `simulator-host.ts SEGMENT`. Prints what a connector needs to know, and ends with its
 * input.
 */
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { answer } from '../../src/cli/bench/processes/command-lines.ts'

const simulator = await startSimulator({ pairs: ['BTC-USDT'], sharedMemoryName: process.argv[2] })
const { feed, sharedMemoryName, exchangeEndpoints, account } = simulator
// The name of a shared memory object outlives the process, however that ends.
process.once('exit', () => simulator.orderManager.close())
answer({
  exchangeBackend: 'binance',
  qtxPerpetualHost: feed.host,
  qtxPerpetualPort: feed.port,
  qtxPlaceOrderSharedMemoryName: sharedMemoryName,
  exchangeApiKey: account.apiKey,
  exchangeApiSecret: account.apiSecret,
  exchangeEndpoints,
  tradingPairs: ['BTC-USDT'],
})
process.stdin.on('end', () => void simulator.close()).resume()
