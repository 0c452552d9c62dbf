import type { FrameVerdict } from './ccxt-profile.ts'
import { asRecord, type UntrustedRecord } from './untrusted-fields.ts'

/**
 * Reads the rows of a frame, all of them, whatever one of them is.
 * @param read false for a row that cannot be read.
 */
export function readRows(rows: readonly unknown[], read: (row: UntrustedRecord) => boolean): FrameVerdict {
  let isWhole = true
  for (const each of rows) {
    const row = asRecord(each)
    if (!row || !read(row)) isWhole = false
  }
  return isWhole ? 'read' : 'malformed'
}
