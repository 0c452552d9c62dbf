import { eventLines } from '../../src/cli/recording/event-lines.ts'
import { pairsOf, recordedFeed } from '../../src/cli/recording/recorded-feed.ts'
import { SystemClock } from '../../src/common/clock.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { FeedStatistics } from '../../src/qtx/feed/feed-statistics.ts'
import { QtxUdpManager } from '../../src/qtx/feed/udp-manager.ts'
import { readRecordingHeader } from '../../src/recording/recording-reader.ts'
import { ReplayClock } from '../../src/recording/replay-clock.ts'
import { ReplaySource, type ReplayStatistics } from '../../src/recording/replay-source.ts'

export interface Replayed {
  /** Every event of every pair, as lines of JSON. */
  readonly lines: readonly string[]
  readonly feed: FeedStatistics
  readonly recording: ReplayStatistics
}

/** Plays a recording into a feed as fast as it goes, and notes everything that listeners are told. */
export async function replayEvents(file: string): Promise<Replayed> {
  const header = await readRecordingHeader(file)
  const clock = new ReplayClock(header.startedMs)
  const source = new ReplaySource({ file, speed: 'max', clock, pace: new SystemClock() })
  await using feed = new QtxUdpManager(recordedFeed(header, source, clock, silentLogger))
  await feed.start()
  const lines: string[] = []
  for (const pair of pairsOf(header)) {
    await feed.subscribe(
      pair,
      eventLines(pair, (line) => lines.push(line)),
      { keepTrying: true },
    )
  }
  await source.play(new AbortController().signal)
  return { lines: [...lines], feed: feed.getStatistics(), recording: source.getStatistics() }
}
