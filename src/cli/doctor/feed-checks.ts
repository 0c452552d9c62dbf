import { silentLogger } from '../../common/log.ts'
import { sleep, SystemClock } from '../../common/clock.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import { QtxError } from '../../errors.ts'
import type { QtxConnectorConfig } from '../../config/connector-config.ts'
import { feedOptionsOf } from '../../qtx/feed/configured-feed.ts'
import { QtxUdpManager } from '../../qtx/feed/udp-manager.ts'
import { failed, ok, warning, type DoctorCheck } from './doctor-check.ts'

/** How long data may take to come after a subscription was answered. */
const DATA_WAIT_MS = 2_000
const LOOK_EVERY_MS = 50

/** Subscribes every pair at the QTX server, and looks at what arrives. */
export async function checkFeed(config: QtxConnectorConfig): Promise<readonly DoctorCheck[]> {
  const { qtxPerpetualHost: host, qtxPerpetualPort: port, tradingPairs } = config
  const name = `feed ${host}:${port}`
  const manager = new QtxUdpManager(feedOptionsOf(config, { logger: silentLogger }))
  try {
    await manager.start()
    const checks = await Promise.all(tradingPairs.map((pair) => checkPair(manager, name, pair)))
    const { receiver, receiveBufferBytes, fallbackReason } = manager.getStatistics()
    const how = `${receiver ?? 'no receiver'}, a receive buffer of ${receiveBufferBytes} bytes`
    const socket =
      fallbackReason === undefined
        ? ok('feed socket', how)
        : warning('feed socket', `${how}: ${fallbackReason}`, 'use Linux with glibc or musl for recvmmsg')
    return [...checks, socket]
  } catch (error) {
    return [failed(name, error)]
  } finally {
    await manager.stop()
  }
}

async function checkPair(manager: QtxUdpManager, name: string, pair: TradingPair): Promise<DoctorCheck> {
  const clock = new SystemClock()
  let messages = 0
  try {
    const { symbol } = await manager.subscribe(pair, { onMessage: () => messages++ })
    const deadlineMs = clock.monotonicMs() + DATA_WAIT_MS
    while (messages === 0 && clock.monotonicMs() < deadlineMs) await sleep(clock, LOOK_EVERY_MS)
    if (messages > 0) return ok(`${name} ${pair}`, `${symbol} is subscribed, and data arrives`)
    return warning(
      `${name} ${pair}`,
      `${symbol} is subscribed, and nothing arrived within ${DATA_WAIT_MS} ms`,
      'a quiet market, or a firewall that lets only answers through',
    )
  } catch (error) {
    const isSilent = error instanceof QtxError && error.code === 'QTX_FEED_SILENT'
    const remedy = `check the address, that the QTX server runs, and that UDP to ${manager.endpoint} and back is let through`
    return failed(`${name} ${pair}`, error, isSilent ? remedy : undefined)
  }
}
