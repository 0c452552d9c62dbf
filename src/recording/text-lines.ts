import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { QtxError, messageOf } from '../errors.ts'

/** No line of a market data stream is longer; what is, is no text. */
const LONGEST_LINE = 16 << 20

/** The lines of a file, plain or gzipped. @throws QtxError `QTX_RECORDING_INVALID` when it cannot be read to its end. */
export async function* readLines(file: string): AsyncGenerator<string, void, undefined> {
  let rest = ''
  let lines = 0
  try {
    const input = await openText(file)
    try {
      for await (const chunk of input.setEncoding('utf8')) {
        const parts = (rest + (chunk as string)).split(/\r?\n/)
        rest = parts.pop() ?? ''
        if (rest.length > LONGEST_LINE) throw new Error(`a line is longer than ${LONGEST_LINE} characters`)
        for (const line of parts) {
          lines++
          if (line !== '') yield line
        }
      }
    } finally {
      input.destroy()
    }
  } catch (error) {
    throw new QtxError(
      'QTX_RECORDING_INVALID',
      `${file} cannot be read after line ${lines} (${messageOf(error)})`,
      { cause: error, remedy: 'give a whole file' },
    )
  }
  if (rest !== '') yield rest
}

async function openText(file: string): Promise<Readable> {
  const handle = await open(file)
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
  await handle.close()
  const raw = createReadStream(file)
  if (bytesRead < 2 || buffer[0] !== 0x1f || buffer[1] !== 0x8b) return raw
  const unzipped = createGunzip()
  raw.on('error', (error) => unzipped.destroy(error))
  unzipped.on('close', () => raw.destroy())
  return raw.pipe(unzipped)
}

/** Writes lines to a file, gzipped where its name ends in `.gz`. */
export class LineFile {
  readonly #file: string
  readonly #output: Writable
  readonly #done: Promise<void>

  /** @param overwrite replaces what is there. */
  constructor(file: string, overwrite: boolean) {
    this.#file = file
    const target = createWriteStream(file, { flags: overwrite ? 'w' : 'wx' })
    if (file.endsWith('.gz')) {
      const zipped = createGzip()
      this.#output = zipped
      this.#done = pipeline(zipped, target)
    } else {
      this.#output = target
      this.#done = finished(target)
    }
    // Told by `flushed` and `close`.
    this.#done.catch(() => undefined)
  }

  write(line: string): void {
    this.#output.write(`${line}\n`)
  }

  /** Resolves when more can be taken. @throws QtxError `QTX_RECORDING_FAILED`. */
  async flushed(): Promise<void> {
    if (!this.#output.writableNeedDrain) return
    await this.#orFail(Promise.race([once(this.#output, 'drain'), this.#done]))
  }

  /** @throws QtxError `QTX_RECORDING_FAILED`. */
  async close(): Promise<void> {
    this.#output.end()
    await this.#orFail(this.#done)
  }

  async #orFail(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      throw new QtxError('QTX_RECORDING_FAILED', `${this.#file} cannot be written (${messageOf(error)})`, {
        cause: error,
        ...(messageOf(error).includes('EEXIST') && { remedy: 'give another name, or --overwrite' }),
      })
    }
  }
}
