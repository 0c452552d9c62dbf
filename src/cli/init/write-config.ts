import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { messageOf, QtxError } from '../../errors.ts'

const OWNER_ONLY = 0o600

/** @throws QtxError `QTX_CONFIG_INVALID` where there is a file already, unless it may be overwritten. */
export function assertWritable(file: string, mayOverwrite: boolean): void {
  if (mayOverwrite || !existsSync(file)) return
  throw alreadyThere(file)
}

/** Writes a file that only its owner can read, whole or not at all. @throws QtxError `QTX_CONFIG_INVALID`. */
export function writeConfig(file: string, text: string, mayOverwrite: boolean): void {
  const written = mayOverwrite ? `${file}.${process.pid}.new` : file
  try {
    writeFileSync(written, text, { flag: 'wx', mode: OWNER_ONLY })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(written)
    throw failed(file, error)
  }
  if (!mayOverwrite) return
  try {
    renameSync(written, file)
  } catch (error) {
    rmSync(written, { force: true })
    throw failed(file, error)
  }
}

function alreadyThere(file: string): QtxError {
  return new QtxError('QTX_CONFIG_INVALID', `${file} exists already; nothing was written`, {
    remedy: 'name another file, or overwrite it with --force',
  })
}

function failed(file: string, error: unknown): QtxError {
  return new QtxError('QTX_CONFIG_INVALID', `${file} could not be written: ${messageOf(error)}`, {
    cause: error,
    remedy: 'name a file in a folder that exists and is yours',
  })
}
