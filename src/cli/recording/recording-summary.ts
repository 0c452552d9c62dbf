import type { ReplayStatistics } from '../../recording/replay-source.ts'
import { span, type Line } from '../terminal/line.ts'
import { formatMs, formatNumber } from '../terminal/numbers.ts'
import { formatBytes } from './byte-size.ts'

const MOST_LISTED = 5

/** What is to be said of a recording's files, for people. */
export function recordingLines(recording: ReplayStatistics): Line[] {
  const { files, blocks, records, firstMs, lastMs, leftOut, leftOutBytes } = recording
  const durationMs = firstMs === undefined || lastMs === undefined ? 0 : lastMs - firstMs
  const names = files.length === 1 ? '1 file' : `${files.length} files`
  return [
    [
      span(
        `${formatNumber(records)} records in ${formatNumber(blocks)} blocks, ${names}, ${formatMs(durationMs)}`,
        'dim',
      ),
    ],
    ...(leftOut === 0
      ? []
      : [
          [
            span(
              `${formatNumber(leftOut)} datagrams (${formatBytes(leftOutBytes)}) were left out while recording`,
              'yellow',
            ),
          ],
        ]),
    ...damageLines(recording),
  ]
}

function damageLines({ damages, unfinished, missing }: ReplayStatistics): Line[] {
  const lines = damages.slice(0, MOST_LISTED).map(({ file, offset, bytes, isTail, records }) => {
    const what = isTail ? 'is cut off' : 'is damaged'
    const lost = records > 0 ? `, ${formatNumber(records)} records` : ''
    return [
      span(
        `${file} ${what} at byte ${formatNumber(offset)}: ${formatNumber(bytes)} bytes set aside${lost}`,
        'red',
      ),
    ] as Line
  })
  if (damages.length > MOST_LISTED)
    lines.push([span(`and ${damages.length - MOST_LISTED} more damaged places`, 'red')])
  return [
    ...lines,
    ...unfinished.map((file): Line => [
      span(`${file} has no end: it is still being written, or its writer was stopped`, 'yellow'),
    ]),
    ...missing.map((file): Line => [span(`${file} is missing: the recording goes on there`, 'red')]),
  ]
}
