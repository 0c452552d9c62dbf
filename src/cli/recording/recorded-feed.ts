import type { Logger } from '../../common/log.ts'
import type { TradingPair } from '../../common/trading-pair.ts'
import type { QtxUdpManagerOptions } from '../../qtx/feed/udp-manager-options.ts'
import type { RecordingHeader } from '../../recording/recording-header.ts'
import type { ReplayClock } from '../../recording/replay-clock.ts'
import type { ReplaySource } from '../../recording/replay-source.ts'

/** Played twice, a recording must do the same twice: no jitter. */
const NO_JITTER = 0.5

/** The pairs of a recording, each once. */
export function pairsOf(header: RecordingHeader): readonly TradingPair[] {
  return [...new Set(header.pairs.map(({ pair }) => pair))]
}

/** The options of a feed that is played from a recording. */
export function recordedFeed(
  header: RecordingHeader,
  source: ReplaySource,
  clock: ReplayClock,
  logger: Logger,
): QtxUdpManagerOptions {
  return {
    host: 'recording',
    port: 1,
    exchangeBackend: header.backend,
    qtxSymbols: Object.fromEntries(header.pairs.map(({ pair, symbol }) => [pair, symbol])),
    source,
    clock,
    logger,
    random: () => NO_JITTER,
  }
}
