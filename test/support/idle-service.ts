import { SystemClock } from '../../src/common/clock.ts'
import { silentLogger } from '../../src/common/log.ts'
import { createQtxConnector } from '../../src/qtx/qtx-perpetual-derivative.ts'
import { OrderOutcomes } from '../../src/service/order-outcomes.ts'
import { SecretScrubber } from '../../src/service/secret-scrubber.ts'
import type { ServiceContext } from '../../src/service/service-context.ts'
import { ServiceLog } from '../../src/service/service-log.ts'

export const PLANTED_SECRET = 'planted-"secret"\\of/an+account'

export interface IdleService {
  readonly context: ServiceContext
  readonly log: ServiceLog
  readonly scrubber: SecretScrubber
}

/** What a service works on, with a connector that was made and not started. */
export async function idleService(): Promise<IdleService> {
  const connector = await createQtxConnector(
    {
      exchangeBackend: 'binance',
      qtxPerpetualHost: '127.0.0.1',
      qtxPerpetualPort: 9,
      exchangeApiKey: 'planted-api-key',
      exchangeApiSecret: PLANTED_SECRET,
      tradingPairs: ['BTC-USDT'],
    },
    { logger: silentLogger },
  )
  const scrubber = new SecretScrubber(['planted-api-key', PLANTED_SECRET])
  const log = new ServiceLog({ level: 'info', clock: new SystemClock(), scrubber, write: () => undefined })
  const context: ServiceContext = {
    connector,
    exchange: 'binance',
    configFile: 'qtx.yaml',
    startedMs: 0,
    httpUrl: undefined,
    outcomes: new OrderOutcomes(connector),
    logTail: log.tail,
    stop: () => Promise.resolve({ openOrders: [], canceled: null }),
  }
  return { context, log, scrubber }
}
