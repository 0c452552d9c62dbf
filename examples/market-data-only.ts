/** Reads books and trades without an exchange account: no keys are asked for. Runs against the simulator. */
import { QtxUdpManager } from 'qtx-connector'
import { startSimulator } from 'qtx-connector/simulator'

await using simulator = await startSimulator()
const feed = new QtxUdpManager({
  host: simulator.feed.host,
  port: simulator.feed.port,
  exchangeBackend: 'binance',
})
await feed.start()
try {
  const { diff, trade } = await feed.subscribeAndGetQueues('BTC-USDT')
  let seen = 0
  for await (const message of diff) {
    console.log(message.kind, message.sequence, message.bids[0] ?? '', message.asks[0] ?? '')
    if (++seen === 10) break
  }
  console.log('trades meanwhile', trade.drain().length)
  if (seen !== 10) throw new Error(`${seen} messages were seen, 10 were expected`)
} finally {
  await feed.stop()
}
