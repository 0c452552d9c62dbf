import { stat } from 'node:fs/promises'
import { SystemClock } from '../../common/clock.ts'
import { createLogger, silentLogger } from '../../common/log.ts'
import { QtxUdpManager } from '../../qtx/feed/udp-manager.ts'
import { readRecordingHeader } from '../../recording/recording-reader.ts'
import { ReplayClock } from '../../recording/replay-clock.ts'
import { ReplaySource } from '../../recording/replay-source.ts'
import { ProgressLine } from '../bench/progress-line.ts'
import { EXIT } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { canDrawLive, printJson } from '../output.ts'
import { formatNumber } from '../terminal/numbers.ts'
import { inspectionLines, inspectionOf } from './inspection.ts'
import { PairInspection } from './pair-inspection.ts'
import { pairsOf, recordedFeed } from './recorded-feed.ts'
import { isWhole } from './run-replay.ts'

export interface InspectRequest {
  readonly file: string
  readonly json: boolean
  readonly debug: boolean
}

const FRAME_MS = 200

/** Plays a recording as fast as it goes into a feed that only counts; resolves with the exit code. */
export async function runInspect({ file, json, debug }: InspectRequest): Promise<number> {
  const progress = new ProgressLine(process.stdout, canDrawLive({ json, debug }), json)
  const header = await readRecordingHeader(file)
  const clock = new ReplayClock(header.startedMs)
  using interruption = new Interruption()
  const source = new ReplaySource({ file, speed: 'max', clock, pace: new SystemClock() })
  const logger = debug ? createLogger('debug') : silentLogger
  await using feed = new QtxUdpManager(recordedFeed(header, source, clock, logger))
  await feed.start()
  const startMs = (): number => source.getStatistics().firstMs ?? header.startedMs
  const inspections = new Map(pairsOf(header).map((pair) => [pair, new PairInspection(startMs)]))
  for (const [pair, inspection] of inspections) await feed.subscribe(pair, inspection, { keepTrying: true })
  const ticker = setInterval(
    () => progress.show(`${formatNumber(source.getStatistics().records)} records of ${file}`),
    FRAME_MS,
  )
  try {
    await source.play(interruption.signal)
  } finally {
    clearInterval(ticker)
    progress.clear()
  }
  if (interruption.exitCode !== undefined) return interruption.exitCode
  const recording = source.getStatistics()
  const sizes = await Promise.all(recording.files.map(async (each) => (await stat(each)).size))
  const inspection = inspectionOf({
    header,
    recording,
    fileBytes: sizes.reduce((sum, size) => sum + size, 0),
    feed: feed.getStatistics(),
    contents: new Map([...inspections].map(([pair, each]) => [pair, each.content()])),
  })
  if (json) printJson(inspection)
  else for (const line of inspectionLines(inspection)) progress.keep(line)
  return isWhole(recording) ? EXIT.OK : EXIT.ERROR
}
