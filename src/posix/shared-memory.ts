import { closeSync, fstatSync, ftruncateSync, readFileSync } from 'node:fs'
import { QtxError } from '../errors.ts'
import { openCLibrary, type CLibrary } from './libc.ts'

const O_RDONLY = 0
const O_RDWR = 0o2
const O_CREAT = 0o100
const O_EXCL = 0o200
const PROT_READ = 0x1
const PROT_READ_WRITE = 0x3
const MAP_SHARED = 0x1
const LOCK_EXCLUSIVE_NOW = 0x2 | 0x4
const LOCK_RELEASE = 0x8

/** What the file system says of a shared memory object. */
export interface SharedMemoryFacts {
  readonly sizeBytes: number
  readonly ownerUid: number
  /** Permission bits, such as `0o600`. */
  readonly mode: number
}

export interface SharedMemoryOpenOptions {
  /** `read`: writing to the memory kills the process. Default `read-write`. */
  readonly access?: 'read' | 'read-write'
  /** Takes the place of what an error tells to do. */
  readonly remedy?: string
}

/** The process that holds the lock of a segment, as far as the kernel tells. */
export interface LockHolder {
  readonly pid: number
  readonly command: string
}

/**
 * A POSIX shared memory object, mapped. `buffer` is the memory itself, not a copy.
 *
 * The mapping outlives `close()` until no view of it is reachable: touching unmapped memory would kill the process.
 */
export class SharedMemory {
  readonly name: string
  readonly buffer: ArrayBuffer
  readonly facts: SharedMemoryFacts
  readonly #library: CLibrary
  readonly #fd: number
  #closed = false

  private constructor(
    name: string,
    library: CLibrary,
    fd: number,
    facts: SharedMemoryFacts,
    buffer: ArrayBuffer,
  ) {
    this.name = name
    this.#library = library
    this.#fd = fd
    this.facts = facts
    this.buffer = buffer
  }

  /**
   * Opens an existing object.
   * @throws QtxError `QTX_SHM_MISSING`, `QTX_SHM_ACCESS`, `QTX_SHM_SIZE` (not exactly `sizeBytes`).
   */
  static open(name: string, sizeBytes: number, options: SharedMemoryOpenOptions = {}): SharedMemory {
    const flags = options.access === 'read' ? O_RDONLY : O_RDWR
    const remedy = options.remedy === undefined ? {} : { remedy: options.remedy }
    return SharedMemory.#map(name, flags, 0, remedy, (fd) => {
      const actualBytes = fstatSync(fd).size
      if (actualBytes !== sizeBytes) {
        throw new QtxError(
          'QTX_SHM_SIZE',
          `shared memory ${name} is ${actualBytes} bytes, expected ${sizeBytes}`,
          {
            details: { name, actualBytes, sizeBytes },
            ...remedy,
          },
        )
      }
    })
  }

  /**
   * Creates a new object, zeroed; one of that name must not exist.
   * @throws QtxError `QTX_SHM_ACCESS`.
   */
  static create(name: string, sizeBytes: number, mode = 0o600): SharedMemory {
    return SharedMemory.#map(name, O_RDWR | O_CREAT | O_EXCL, mode, {}, (fd) => ftruncateSync(fd, sizeBytes))
  }

  /** Removes the name; mappings that exist stay usable. True when there was one. */
  static unlink(name: string): boolean {
    const library = openForSharedMemory()
    return library.declare('int shm_unlink(const char *name)')(assertName(name)) === 0
  }

  /** True while the name still leads to this very object: false after its creator removed or replaced it. */
  isCurrent(): boolean {
    const fd = this.#library.declare('int shm_open(const char *name, int oflag, unsigned int mode)')(
      this.name,
      O_RDONLY,
      0,
    ) as number
    if (fd < 0) return false
    try {
      return !this.#closed && fstatSync(fd).ino === fstatSync(this.#fd).ino
    } finally {
      closeSync(fd)
    }
  }

  /**
   * Takes the advisory lock that marks the one client of a segment; the kernel releases it at `close()` or when the
   * process dies. Returns undefined on success, else who holds it.
   */
  lock(): LockHolder | undefined {
    const taken =
      this.#library.declare('int flock(int fd, int operation)')(this.#fd, LOCK_EXCLUSIVE_NOW) === 0
    return taken ? undefined : this.#findLockHolder()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    // The mapping keeps the open file alive, and with it the lock, until it is unmapped: give the lock back now.
    this.#library.declare('int flock(int fd, int operation)')(this.#fd, LOCK_RELEASE)
    closeSync(this.#fd)
  }

  static #map(
    name: string,
    flags: number,
    mode: number,
    remedy: { readonly remedy?: string },
    prepare: (fd: number) => void,
  ): SharedMemory {
    const library = openForSharedMemory()
    const open = library.declare('int shm_open(const char *name, int oflag, unsigned int mode)')
    const fd = open(assertName(name), flags, mode) as number
    if (fd < 0) {
      const reason = library.lastError()
      throw new QtxError(
        reason === 'ENOENT' ? 'QTX_SHM_MISSING' : 'QTX_SHM_ACCESS',
        `shared memory ${name} could not be opened (${reason})`,
        {
          details: { name, reason },
          ...remedy,
        },
      )
    }
    try {
      prepare(fd)
      const stat = fstatSync(fd)
      const map = library.declare(
        'void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset)',
      )
      const protection = flags === O_RDONLY ? PROT_READ : PROT_READ_WRITE
      const address = map(null, stat.size, protection, MAP_SHARED, fd, 0) as bigint
      if (BigInt.asIntN(64, address) === -1n) {
        throw new QtxError(
          'QTX_SHM_ACCESS',
          `shared memory ${name} could not be mapped (${library.lastError()})`,
          { details: { name } },
        )
      }
      const buffer = library.koffi.view(address, stat.size)
      unmapWhenUnreachable(library, buffer, address, stat.size)
      return new SharedMemory(
        name,
        library,
        fd,
        { sizeBytes: stat.size, ownerUid: stat.uid, mode: stat.mode & 0o777 },
        buffer,
      )
    } catch (error) {
      closeSync(fd)
      throw error
    }
  }

  #findLockHolder(): LockHolder {
    const inode = fstatSync(this.#fd).ino
    const unknown: LockHolder = { pid: 0, command: 'a process that this one may not see' }
    try {
      for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
        const match = /FLOCK\s+ADVISORY\s+WRITE\s+(\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line)
        if (!match || Number(match[2]) !== inode || line.includes('->')) continue
        const pid = Number(match[1])
        const command = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
        return { pid, command }
      }
    } catch {
      return unknown
    }
    return unknown
  }
}

function openForSharedMemory(): CLibrary {
  return openCLibrary('shared memory', 'run the order ring on Linux; market data over UDP works here')
}

function assertName(name: string): string {
  if (!/^\/[\w.-]{1,250}$/.test(name)) {
    throw new QtxError(
      'QTX_CONFIG_INVALID',
      `shared memory name ${JSON.stringify(name)} is not a slash and a plain name`,
      {
        details: { name },
        remedy: 'use a name such as /place_order_x',
      },
    )
  }
  return name
}

/** One registry a mapping: it lives as long as the buffer, and unmaps once every view of it is gone. */
function unmapWhenUnreachable(
  library: CLibrary,
  buffer: ArrayBuffer,
  address: bigint,
  lengthBytes: number,
): void {
  const unmap = library.declare('int munmap(void *address, size_t length)')
  mappings.register(buffer, () => unmap(address, lengthBytes))
}

const mappings = new FinalizationRegistry<() => void>((unmap) => unmap())
