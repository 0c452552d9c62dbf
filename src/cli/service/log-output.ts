import { closeSync, openSync, writeSync } from 'node:fs'
import { QtxError, messageOf } from '../../errors.ts'

const OWNER_ONLY = 0o600

/** Where the lines of the log go: to a file, or to whoever shows them. */
export class LogOutput implements Disposable {
  readonly #fd: number | undefined
  readonly #show: (line: string) => void
  readonly #warn: (text: string) => void
  #isFailing = false

  /**
   * @param file undefined: lines are shown; else appended to it, and it is made when it is missing.
   * @param warn takes what is to be said when the file cannot be written.
   * @throws QtxError `QTX_CONFIG_INVALID` for a file that cannot be opened.
   */
  constructor(file: string | undefined, show: (line: string) => void, warn: (text: string) => void) {
    this.#fd = file === undefined ? undefined : openLog(file)
    this.#show = show
    this.#warn = warn
  }

  /** Never throws: a full disk must not stop whoever logs. */
  readonly write = (line: string): void => {
    if (this.#fd === undefined) {
      this.#show(line)
      return
    }
    try {
      writeSync(this.#fd, `${line}\n`)
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#warn(`the log could not be written, trying on: ${messageOf(error)}\n`)
      this.#isFailing = true
    }
  };

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
  }
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a', OWNER_ONLY)
  } catch (error) {
    throw new QtxError('QTX_CONFIG_INVALID', `the log could not be opened: ${messageOf(error)}`, {
      cause: error,
      remedy: 'name a file in a folder that is yours with --log-file',
    })
  }
}
