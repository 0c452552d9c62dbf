import { open, type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import { QtxError, messageOf } from '../errors.ts'
import { partName } from './recording-file.ts'
import {
  FORMAT_VERSION,
  FRAME,
  FRAME_HEAD_BYTES,
  MAGIC,
  MAX_BLOCK_BYTES,
  readFrameHead,
  type FrameHead,
} from './recording-format.ts'
import { parseEnd, parseHeader, type RecordingEnd, type RecordingHeader } from './recording-header.ts'

const inflate = promisify(inflateRaw)
/** Looked through at a time for the next frame. */
const SEARCH_BYTES = 1 << 16

/** What a recording is made of, in order. */
export type RecordingItem =
  /** A file begins. */
  | { readonly kind: 'part'; readonly file: string; readonly header: RecordingHeader }
  /** A whole block. `raw` holds its records. */
  | { readonly kind: 'block'; readonly head: FrameHead; readonly raw: Uint8Array }
  | ({ readonly kind: 'damage' } & RecordingDamage)
  /** The file's end as it was written. */
  | { readonly kind: 'end'; readonly file: string; readonly end: RecordingEnd }
  /** The file has no end: it is being written, or its writer was. */
  | { readonly kind: 'unfinished'; readonly file: string }
  /** A file that was to follow is not there, or is of another recording. */
  | { readonly kind: 'missing'; readonly file: string }

/** A piece of a file that is not what was written. */
export interface RecordingDamage {
  readonly file: string
  readonly offset: number
  /** Set aside. */
  readonly bytes: number
  /** It reaches to the end of the file: a cut, or a block that is being written. */
  readonly isTail: boolean
  /** Records that are known to have been in it. */
  readonly records: number
}

interface Frame {
  readonly head: FrameHead
  /** Uncompressed. */
  readonly content: Buffer
}

/** The header of a file. @throws QtxError `QTX_RECORDING_INVALID`. */
export async function readRecordingHeader(file: string): Promise<RecordingHeader> {
  const handle = await openFile(file)
  try {
    return await findHeader(handle, file)
  } finally {
    await handle.close()
  }
}

/**
 * Goes through a recording from a file on, and through the files that follow it. What is damaged is said and passed
 * over; every block that is whole is given.
 * @throws QtxError `QTX_RECORDING_INVALID` where the first file cannot be read or is no recording.
 */
export async function* readRecording(file: string): AsyncGenerator<RecordingItem, void, undefined> {
  const first = await readRecordingHeader(file)
  const suffix = `.${first.part}`
  const base = first.part > 0 && file.endsWith(suffix) ? file.slice(0, -suffix.length) : file
  let hasNext = yield* readPart(file, first)
  for (let part = first.part + 1; ; part++) {
    const name = partName(base, part)
    const header = await headerOfNext(name)
    if (header?.recordingId !== first.recordingId || header.part !== part) {
      if (hasNext) yield { kind: 'missing', file: name }
      return
    }
    hasNext = yield* readPart(name, header)
  }
}

async function headerOfNext(file: string): Promise<RecordingHeader | undefined> {
  try {
    return await readRecordingHeader(file)
  } catch {
    return undefined
  }
}

/** One file; whether it says that another follows. */
async function* readPart(
  file: string,
  header: RecordingHeader,
): AsyncGenerator<RecordingItem, boolean, undefined> {
  yield { kind: 'part', file, header }
  const handle = await openFile(file)
  let end: RecordingEnd | undefined
  try {
    for await (const found of readFrames(handle, file)) {
      if ('bytes' in found) {
        yield { kind: 'damage', ...found }
      } else if (found.head.kind === FRAME.BLOCK) {
        yield { kind: 'block', head: found.head, raw: found.content }
      } else if (found.head.kind === FRAME.END) {
        end = parseEnd(found.content.toString())
      }
    }
  } finally {
    await handle.close()
  }
  yield end ? { kind: 'end', file, end } : { kind: 'unfinished', file }
  return end?.hasNext ?? false
}

/** Frames whose checksums are right, and what lies between them. */
async function* readFrames(
  handle: FileHandle,
  file: string,
): AsyncGenerator<Frame | RecordingDamage, void, undefined> {
  let position = 0
  let damagedAt: number | undefined
  let records = 0
  for (;;) {
    const headBytes = await readAt(handle, position, FRAME_HEAD_BYTES)
    const head = readFrameHead(headBytes)
    const frame = head && (await readFrame(handle, position, head))
    if (frame) {
      if (damagedAt !== undefined) {
        yield { file, offset: damagedAt, bytes: position - damagedAt, isTail: false, records }
      }
      damagedAt = undefined
      records = 0
      yield frame
      position += FRAME_HEAD_BYTES + frame.head.storedBytes
      continue
    }
    if (headBytes.length === 0 && damagedAt === undefined) return
    damagedAt ??= position
    records += head?.records ?? 0
    const next = await findFrame(handle, position + 1)
    if (next === undefined) {
      const { size } = await handle.stat()
      yield { file, offset: damagedAt, bytes: size - damagedAt, isTail: true, records }
      return
    }
    position = next
  }
}

/** The frame of a head; undefined when it is cut, or its content is not what it was or nothing that can be. */
async function readFrame(handle: FileHandle, position: number, head: FrameHead): Promise<Frame | undefined> {
  if (head.version !== FORMAT_VERSION) return undefined
  const stored = await readAt(handle, position + FRAME_HEAD_BYTES, head.storedBytes)
  if (stored.length < head.storedBytes || crc32(stored) !== head.storedChecksum) return undefined
  const content = head.kind === FRAME.BLOCK ? await unpack(stored) : stored
  return content?.length === head.rawBytes ? { head, content } : undefined
}

/** Undefined where it cannot be unpacked, or would be more than a block holds. */
async function unpack(stored: Buffer): Promise<Buffer | undefined> {
  try {
    return await inflate(stored, { maxOutputLength: MAX_BLOCK_BYTES })
  } catch {
    return undefined
  }
}

/** Where the next head is that can be read. */
async function findFrame(handle: FileHandle, from: number): Promise<number | undefined> {
  for (let start = from; ;) {
    const bytes = await readAt(handle, start, SEARCH_BYTES)
    for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
      const head = await readAt(handle, start + at, FRAME_HEAD_BYTES)
      if (readFrameHead(head)) return start + at
    }
    if (bytes.length < SEARCH_BYTES) return undefined
    // A magic may lie across the border.
    start += SEARCH_BYTES - MAGIC.length + 1
  }
}

async function findHeader(handle: FileHandle, file: string): Promise<RecordingHeader> {
  const first = readFrameHead(await readAt(handle, 0, FRAME_HEAD_BYTES))
  if (first && first.version !== FORMAT_VERSION) {
    throw new QtxError(
      'QTX_RECORDING_INVALID',
      `recording ${file} is of version ${first.version}, this program reads ${FORMAT_VERSION}`,
      { remedy: 'use the program that wrote it' },
    )
  }
  for await (const found of readFrames(handle, file)) {
    if (!('head' in found) || found.head.kind !== FRAME.HEADER) continue
    const header = parseHeader(found.content.toString())
    if (header) return header
  }
  throw new QtxError('QTX_RECORDING_INVALID', `${file} is no recording: it has no header`)
}

async function readAt(handle: FileHandle, position: number, lengthBytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(lengthBytes)
  let filled = 0
  while (filled < lengthBytes) {
    const { bytesRead } = await handle.read(buffer, filled, lengthBytes - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file)
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
    throw new Error('it is no file')
  } catch (error) {
    throw new QtxError('QTX_RECORDING_INVALID', `recording ${file} cannot be opened (${messageOf(error)})`, {
      cause: error,
      remedy: 'check the path',
    })
  }
}
