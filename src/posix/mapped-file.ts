import { closeSync, fdatasyncSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { QtxError, messageOf } from '../errors.ts'
import { openCLibrary, type CFunction, type CLibrary } from './libc.ts'

const PROT_READ_WRITE = 0x3
const MAP_SHARED = 0x1
const MS_SYNC = 0x4
const MADV_POPULATE_WRITE = 23
const PAGE_BYTES = 4_096
const CREATE_NEW = 'wx+'
const OWNER_ONLY = 0o600

/**
 * A new file of fixed size, mapped read-write and shared: what is stored in `bytes` is in the file at once, and stays
 * there when the process is killed. Its blocks are allocated when it is made, so that a full disk is an error then,
 * and not a fault at a store.
 *
 * The mapping outlives `close()` until no view of it is reachable: touching unmapped memory would kill the process.
 */
export class MappedFile {
  readonly bytes: Uint8Array
  readonly #library: CLibrary
  readonly #address: bigint
  readonly #synchronise: CFunction
  readonly #fd: number
  #path: string
  #isClosed = false

  private constructor(library: CLibrary, path: string, fd: number, lengthBytes: number) {
    this.#library = library
    this.#path = path
    this.#fd = fd
    const map = library.declare(
      'void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset)',
    )
    this.#address = map(null, lengthBytes, PROT_READ_WRITE, MAP_SHARED, fd, 0) as bigint
    if (BigInt.asIntN(64, this.#address) === -1n) {
      throw failure(`${path} could not be mapped (${library.lastError()})`, { path })
    }
    const buffer = library.koffi.view(this.#address, lengthBytes)
    this.bytes = new Uint8Array(buffer)
    this.#synchronise = library.declare('int msync(void *address, size_t length, int flags)')
    const unmap = library.declare('int munmap(void *address, size_t length)')
    const address = this.#address
    mappings.register(buffer, () => unmap(address, lengthBytes))
  }

  get path(): string {
    return this.#path
  }

  /**
   * Makes the file without holding up the event loop.
   * @throws QtxError `QTX_JOURNAL_FAILED`: it exists, may not be made, or the disk is full; `QTX_PLATFORM_UNSUPPORTED`.
   */
  static async create(path: string, lengthBytes: number): Promise<MappedFile> {
    const library = openForMapping()
    const fd = await openNew(path)
    try {
      const reserved = await call(library.declare(RESERVE), fd, 0, lengthBytes)
      assertReserved(library, path, lengthBytes, reserved)
      const file = new MappedFile(library, path, fd, lengthBytes)
      // Older kernels refuse this; the pages are then taken one by one as they are written.
      await call(library.declare(ADVISE), file.#address, lengthBytes, MADV_POPULATE_WRITE)
      return file
    } catch (error) {
      closeSync(fd)
      rmSync(path, { force: true })
      throw error
    }
  }

  /** The same while the caller waits, which takes milliseconds. */
  static createNow(path: string, lengthBytes: number): MappedFile {
    const library = openForMapping()
    const fd = openNewNow(path)
    try {
      assertReserved(library, path, lengthBytes, library.declare(RESERVE)(fd, 0, lengthBytes))
      return new MappedFile(library, path, fd, lengthBytes)
    } catch (error) {
      closeSync(fd)
      rmSync(path, { force: true })
      throw error
    }
  }

  /** Gives the file its lasting name. @throws QtxError `QTX_JOURNAL_FAILED`. */
  rename(path: string): void {
    try {
      renameSync(this.#path, path)
    } catch (error) {
      throw failure(`${this.#path} could not be renamed (${messageOf(error)})`, { path }, error)
    }
    this.#path = path
  }

  /** Waits until the disk has these bytes. @throws QtxError `QTX_JOURNAL_FAILED`. */
  sync(offset: number, lengthBytes: number): void {
    const start = offset - (offset % PAGE_BYTES)
    if (this.#synchronise(this.#address + BigInt(start), offset - start + lengthBytes, MS_SYNC) === 0) return
    throw failure(`${this.#path} could not be written to disk (${this.#library.lastError()})`, {
      path: this.#path,
    })
  }

  /** Waits until the disk has the file and its name. @throws QtxError `QTX_JOURNAL_FAILED`. */
  syncName(): void {
    try {
      if (!this.#isClosed) fdatasyncSync(this.#fd)
      const folder = openSync(dirname(this.#path), 'r')
      try {
        fsyncSync(folder)
      } finally {
        closeSync(folder)
      }
    } catch (error) {
      throw failure(`${this.#path} could not be written to disk (${messageOf(error)})`, {}, error)
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    closeSync(this.#fd)
  }
}

const RESERVE = 'int posix_fallocate(int fd, long offset, long length)'
const ADVISE = 'int madvise(void *address, size_t length, int advice)'

/** One registry a mapping: it lives as long as the buffer, and unmaps once every view of it is gone. */
const mappings = new FinalizationRegistry<() => void>((unmap) => unmap())

function openForMapping(): CLibrary {
  return openCLibrary('the order journal', 'run it on Linux, or run without a journal')
}

async function openNew(path: string): Promise<number> {
  try {
    // The handle would close the file when it is collected: only the making is left to it.
    await (await open(path, CREATE_NEW, OWNER_ONLY)).close()
    return openSync(path, 'r+')
  } catch (error) {
    throw failure(`${path} could not be made (${messageOf(error)})`, { path }, error)
  }
}

function openNewNow(path: string): number {
  try {
    return openSync(path, CREATE_NEW, OWNER_ONLY)
  } catch (error) {
    throw failure(`${path} could not be made (${messageOf(error)})`, { path }, error)
  }
}

/** Runs a C function on another thread. */
function call(declared: CFunction, ...parameters: unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    ;(declared as unknown as AsyncCFunction).async(...parameters, (error: Error | null, result: unknown) => {
      if (error) reject(error)
      else resolve(result)
    })
  })
}

interface AsyncCFunction {
  async(...parameters: unknown[]): void
}

/** The function returns its error, and leaves errno alone. */
function assertReserved(library: CLibrary, path: string, lengthBytes: number, result: unknown): void {
  if (result === 0) return
  const name = Object.entries(library.koffi.os.errno).find(([, number]) => number === result)?.[0]
  throw failure(`${path} could not be given ${lengthBytes} bytes (${name ?? String(result)})`, {
    path,
    lengthBytes,
  })
}

function failure(what: string, details: Readonly<Record<string, unknown>>, cause?: unknown): QtxError {
  return new QtxError('QTX_JOURNAL_FAILED', what, { details, cause })
}
