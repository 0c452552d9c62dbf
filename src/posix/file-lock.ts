import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { QtxError, messageOf } from '../errors.ts'
import { openCLibrary, type CLibrary } from './libc.ts'

const LOCK_EXCLUSIVE_NOW = 0x2 | 0x4
const LOCK_RELEASE = 0x8
const OWNER_ONLY = 0o600

/** An advisory lock on a file that names its holder. The kernel gives it back when the process dies. */
export class FileLock {
  readonly #library: CLibrary
  readonly #fd: number
  #isHeld = true

  private constructor(library: CLibrary, fd: number) {
    this.#library = library
    this.#fd = fd
  }

  /**
   * Takes the lock, or says which process holds it: 0 when that is not known. The file is made when it is missing.
   * One process cannot take it twice either.
   * @throws QtxError `QTX_JOURNAL_FAILED` when the file cannot be opened; `QTX_PLATFORM_UNSUPPORTED`.
   */
  static take(path: string): FileLock | { readonly holderPid: number } {
    const library = openCLibrary('the order journal', 'run it on Linux, or run without a journal')
    let fd: number
    try {
      fd = openSync(path, 'a+', OWNER_ONLY)
    } catch (error) {
      throw new QtxError('QTX_JOURNAL_FAILED', `${path} could not be opened (${messageOf(error)})`, {
        cause: error,
      })
    }
    if (library.declare('int flock(int fd, int operation)')(fd, LOCK_EXCLUSIVE_NOW) !== 0) {
      closeSync(fd)
      return { holderPid: Number(/^\d{1,10}/.exec(readFileSync(path, 'latin1'))?.[0] ?? 0) }
    }
    ftruncateSync(fd)
    writeSync(fd, `${process.pid}\n`)
    return new FileLock(library, fd)
  }

  release(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    ftruncateSync(this.#fd)
    this.#library.declare('int flock(int fd, int operation)')(this.#fd, LOCK_RELEASE)
    closeSync(this.#fd)
  }
}
