import { randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import { QtxError, messageOf } from '../../errors.ts'
import { linesToRecording, type LinesToRecordingResult } from '../../recording/lines-to-recording.ts'
import { MAGIC } from '../../recording/recording-format.ts'
import { recordingToLines, type RecordingToLinesResult } from '../../recording/recording-to-lines.ts'
import { ProgressLine } from '../bench/progress-line.ts'
import { EXIT } from '../exit-codes.ts'
import { Interruption } from '../interruption.ts'
import { canDrawLive, printJson } from '../output.ts'
import { packageVersion } from '../package-version.ts'
import { span, type Line } from '../terminal/line.ts'
import { formatNumber } from '../terminal/numbers.ts'
import { formatBytes } from './byte-size.ts'

export interface ConvertRequest {
  readonly input: string
  readonly output: string
  readonly overwrite: boolean
  readonly json: boolean
  readonly debug: boolean
}

/** Converts a recording to lines, or lines to a recording, by what the input is; resolves with the exit code. */
export async function runConvert(request: ConvertRequest): Promise<number> {
  const { input, output, overwrite, json } = request
  const progress = new ProgressLine(process.stdout, canDrawLive(request), json)
  using interruption = new Interruption()
  const { signal } = interruption
  const onProgress = (lines: number): void => progress.show(`${formatNumber(lines)} lines`)
  const shared = { input, output, overwrite, signal, onProgress }
  try {
    if (await isRecording(input)) {
      const result = await recordingToLines(shared)
      progress.clear()
      if (json) printJson({ input, output, to: 'lines', ...result })
      else for (const line of toLinesSummary(output, result)) progress.keep(line)
      return result.damagedBytes === 0 ? EXIT.OK : EXIT.ERROR
    }
    const product = `qtx-connector ${packageVersion()}`
    const result = await linesToRecording({ ...shared, product, recordingId: randomUUID() })
    progress.clear()
    if (json) printJson({ input, output, to: 'recording', ...result })
    else for (const line of toRecordingSummary(output, result)) progress.keep(line)
    return EXIT.OK
  } catch (error) {
    progress.clear()
    if (interruption.exitCode !== undefined) return interruption.exitCode
    throw error
  }
}

async function isRecording(file: string): Promise<boolean> {
  try {
    const handle = await open(file)
    try {
      const { buffer } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0)
      return buffer.equals(MAGIC)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new QtxError('QTX_RECORDING_INVALID', `${file} cannot be opened (${messageOf(error)})`, {
      cause: error,
      remedy: 'check the path',
    })
  }
}

function toLinesSummary(output: string, result: RecordingToLinesResult): Line[] {
  const { lines, datagrams, malformed, unknownIndex, oneSided, leftOut, damagedBytes, lost } = result
  const notWritten = [
    [malformed, 'malformed'],
    [unknownIndex, 'of an unknown instrument index'],
    [oneSided, 'of one side of the top before the other was known'],
    [leftOut, 'left out while recording'],
  ] as const
  return [
    [span(`${formatNumber(lines)} lines of ${formatNumber(datagrams)} datagrams written to ${output}`)],
    ...notWritten
      .filter(([count]) => count > 0)
      .map(([count, what]): Line => [span(`  not written: ${formatNumber(count)} ${what}`, 'yellow')]),
    ...(damagedBytes > 0
      ? [[span(`  ${formatBytes(damagedBytes)} of the recording are damaged and were set aside`, 'red')]]
      : []),
    ...lost.map((what): Line => [span(`  lost: ${what}`, 'dim')]),
  ]
}

function toRecordingSummary(output: string, result: LinesToRecordingResult): Line[] {
  const { lines, malformedLines, datagrams, silentLines, pairs } = result
  const names = pairs.map(({ pair }) => pair).join(', ')
  return [
    [
      span(
        `${formatNumber(datagrams)} datagrams of ${formatNumber(lines)} lines written to ${output}: ${names}`,
      ),
    ],
    [
      span(
        `  ${formatNumber(silentLines)} lines are of what QTX does not send: snapshots, and tops that did not change`,
        'dim',
      ),
    ],
    ...(malformedLines > 0
      ? [[span(`  ${formatNumber(malformedLines)} lines cannot be read and were passed over`, 'yellow')]]
      : []),
  ]
}
