import { open, readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from '../common/log.ts'
import { QtxError } from '../errors.ts'
import { otherAccount, type JournalDatabase } from './journal-database.ts'
import type { CorruptTail } from './recovered-state.ts'
import {
  FORMAT_VERSION,
  FrameReader,
  HEADER_BYTES,
  lastNonZero,
  readHeader,
  type Damage,
  type Frame,
} from './segment-format.ts'
import { SPARE_SUFFIX } from './segment-writer.ts'

const SEGMENT_NAME = /^(\d{8,15})\.segment$/
/** Records that go into the database in one transaction while nothing else runs yet. */
const BATCH_RECORDS = 256

export interface RecoveryOptions {
  readonly folder: string
  readonly account: string
  readonly nowMs: number
  readonly logger: Logger
}

/** What the segments of earlier processes held. */
export interface RecoveredSegments {
  readonly corruptTails: readonly CorruptTail[]
  /** Sequence number of the last record found; 0 when there is none. */
  readonly lastSequence: number
  /** The newest whole segment with records: the database could be made again from it. */
  readonly kept: string | undefined
  /** Files whose records are in the database. */
  readonly removable: readonly string[]
}

interface SegmentFile {
  readonly name: string
  readonly number: number
}

/** Reads what earlier processes left in the folder of a journal into its database. */
export class Recovery {
  readonly #options: RecoveryOptions
  readonly #files: readonly SegmentFile[]

  private constructor(options: RecoveryOptions, files: readonly SegmentFile[]) {
    this.#options = options
    this.#files = files
  }

  /**
   * Looks which segments there are, and whose. Nothing is changed if they are another account's.
   * @throws QtxError `QTX_CONFIG_INVALID` for another account, `QTX_JOURNAL_FAILED` for another version.
   */
  static async look(options: RecoveryOptions): Promise<Recovery> {
    const names = await readdir(options.folder)
    const files = names
      .flatMap((name) => {
        const number = SEGMENT_NAME.exec(name)?.[1]
        return number === undefined ? [] : [{ name, number: Number(number) }]
      })
      .sort((a, b) => a.number - b.number)
    for (const { name } of files) await assertOurs(options, name)
    for (const name of names) {
      if (name.endsWith(SPARE_SUFFIX)) await rm(join(options.folder, name), { force: true })
    }
    return new Recovery(options, files)
  }

  /** Number that no segment has had. */
  get nextNumber(): number {
    return (this.#files.at(-1)?.number ?? 0) + 1
  }

  /** Puts every readable record into the database, in order, and every damaged end aside. */
  async drainInto(database: JournalDatabase): Promise<RecoveredSegments> {
    const corruptTails: CorruptTail[] = []
    const removable: string[] = []
    let kept: string | undefined
    let lastSequence = 0
    for (const { name } of this.#files) {
      const bytes = await readFile(join(this.#options.folder, name))
      const header = readHeader(bytes)
      if (!('firstSequence' in header)) {
        if ('damage' in header) corruptTails.push(await this.#keepWhole(name, bytes, header.damage))
        continue
      }
      const reader = new FrameReader(bytes, header.firstSequence)
      await drainSegment(reader, database)
      lastSequence = Math.max(lastSequence, reader.nextSequence - 1)
      const damage = reader.checkEnd(header.segmentBytes)
      if (damage) corruptTails.push(await this.#keepTail(name, bytes, damage))
      if (damage || reader.offset === HEADER_BYTES) {
        removable.push(name)
      } else {
        if (kept !== undefined) removable.push(kept)
        kept = name
      }
    }
    return { corruptTails, lastSequence, kept, removable }
  }

  async #keepWhole(file: string, bytes: Uint8Array, damage: Damage): Promise<CorruptTail> {
    const keptAs = `${file}.corrupt-${this.#options.nowMs}`
    await rename(join(this.#options.folder, file), join(this.#options.folder, keptAs))
    return this.#report({ file, keptAs, kind: damage.kind, reason: damage.reason, bytes: bytes.length })
  }

  async #keepTail(file: string, bytes: Uint8Array, damage: Damage): Promise<CorruptTail> {
    const keptAs = `${file}.corrupt-${this.#options.nowMs}`
    const end = Math.max(damage.offset, lastNonZero(bytes, damage.offset) + 1)
    const kept = await open(join(this.#options.folder, keptAs), 'w', 0o600)
    try {
      await kept.writeFile(bytes.subarray(damage.offset, end))
      await kept.sync()
    } finally {
      await kept.close()
    }
    const { kind, reason } = damage
    return this.#report({ file, keptAs, kind, reason, bytes: end - damage.offset })
  }

  #report(tail: CorruptTail): CorruptTail {
    this.#options.logger.warn(
      tail,
      tail.kind === 'cut'
        ? 'the journal ends with an unfinished record; what was complete before it is recovered'
        : 'the end of a journal file is damaged; what was complete before it is recovered',
    )
    return tail
  }
}

async function assertOurs({ folder, account }: RecoveryOptions, name: string): Promise<void> {
  const path = join(folder, name)
  const bytes = new Uint8Array(HEADER_BYTES)
  const file = await open(path, 'r')
  let header: ReturnType<typeof readHeader>
  try {
    const { bytesRead } = await file.read(bytes, 0, HEADER_BYTES, 0)
    header = readHeader(bytes.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
  if ('version' in header) {
    throw new QtxError('QTX_JOURNAL_FAILED', `${path} has version ${header.version}`, {
      remedy: `use the version of this package that made it; this one reads version ${FORMAT_VERSION}`,
    })
  }
  if ('account' in header && header.account !== account) throw otherAccount(path, header.account, account)
}

async function drainSegment(reader: FrameReader, database: JournalDatabase): Promise<void> {
  for (;;) {
    const frames: Frame[] = []
    for (let frame = reader.next(); frame; frame = reader.next()) {
      frames.push(frame)
      if (frames.length === BATCH_RECORDS) break
    }
    if (frames.length === 0) return
    database.write(frames, () => false)
    await turn()
  }
}
