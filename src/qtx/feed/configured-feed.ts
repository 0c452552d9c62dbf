import { definedOnly } from '../../common/defined-only.ts'
import type { QtxConnectorConfig } from '../../config/connector-config.ts'
import type { QtxUdpManagerOptions } from './udp-manager-options.ts'

/** The feed of a connector's configuration; two that are configured alike are one to a feed pool. */
export function feedOptionsOf(
  config: QtxConnectorConfig,
  { logger, clock, random }: Pick<QtxUdpManagerOptions, 'logger' | 'clock' | 'random'>,
): QtxUdpManagerOptions {
  return {
    host: config.qtxPerpetualHost,
    port: config.qtxPerpetualPort,
    exchangeBackend: config.exchangeBackend,
    ...definedOnly({
      qtxSymbols: config.qtxSymbols,
      receiver: config.feedReceiver,
      workerRingBytes: config.feedWorkerRingBytes,
      transport: config.feedTransport,
      streamRings: config.feedStreamRings,
      busyPoll: config.feedBusyPoll,
      gro: config.feedGro,
      kernelTimestamps: config.feedKernelTimestamps,
      kernelDropCounts: config.feedKernelDropCounts,
      receiveBufferBytes: config.feedReceiveBufferBytes,
      multicastGroup: config.multicastGroup,
      multicastInterface: config.multicastInterface,
      silenceMs: config.feedSilenceMs,
      logger,
      clock,
      random,
    }),
  }
}
