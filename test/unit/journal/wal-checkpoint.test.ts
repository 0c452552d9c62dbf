import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqlite, type Sqlite } from '../../../src/journal/sqlite.ts'
import { WalCheckpoint } from '../../../src/journal/wal-checkpoint.ts'

let folder: string
let path: string
let sqlite: Sqlite

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qtx-checkpoint-'))
  path = join(folder, 'a.db')
  sqlite = await openSqlite(path)
  sqlite.query('PRAGMA journal_mode = WAL').get()
  sqlite.query('PRAGMA wal_autocheckpoint = 0').get()
  sqlite.exec('CREATE TABLE a (text TEXT)')
})
afterEach(() => {
  sqlite.close()
  rmSync(folder, { recursive: true })
})

/** Fills the log, and tells how large the main file was before it is moved there. */
function fillLog(): number {
  const insert = sqlite.prepare('INSERT INTO a VALUES (?)')
  for (let i = 0; i < 100; i++) insert('x'.repeat(1_000))
  return statSync(path).size
}

test('the log is moved into the main file on another thread, as often as asked, also at once', async () => {
  const checkpoint = new WalCheckpoint(path, sqlite)
  for (let round = 0; round < 2; round++) {
    const before = fillLog()
    expect(await Promise.all([checkpoint.run(), checkpoint.run()])).toEqual([true, true])
    expect(statSync(path).size).toBeGreaterThan(before)
  }
  const before = fillLog()
  await checkpoint.close()
  expect(statSync(path).size).toBeGreaterThan(before)
})

test('when the thread cannot work, the log is moved all the same', async () => {
  const checkpoint = new WalCheckpoint(join(folder, 'missing', 'a.db'), sqlite)
  for (let round = 0; round < 2; round++) {
    const before = fillLog()
    expect(await checkpoint.run()).toBe(true)
    expect(statSync(path).size).toBeGreaterThan(before)
  }
  await checkpoint.close()
})
