import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FileLock } from '../../../src/posix/file-lock.ts'
import { MappedFile } from '../../../src/posix/mapped-file.ts'

const LENGTH_BYTES = 65_536
let folder: string
const files: MappedFile[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qtx-mapped-'))
})
afterEach(() => {
  for (const file of files.splice(0)) file.close()
  rmSync(folder, { recursive: true, force: true })
})

const makers = {
  create: (path: string, lengthBytes: number) => MappedFile.create(path, lengthBytes),
  createNow: async (path: string, lengthBytes: number) => {
    await Promise.resolve()
    return MappedFile.createNow(path, lengthBytes)
  },
}

describe.each(Object.entries(makers))('a mapped file made by %s', (_name, make) => {
  async function makeFile(name = 'a'): Promise<MappedFile> {
    const file = await make(join(folder, name), LENGTH_BYTES)
    files.push(file)
    return file
  }

  test('is zeroed, of the size asked for, on disk for real, and its owner’s alone', async () => {
    const { bytes, path } = await makeFile()
    expect(bytes.length).toBe(LENGTH_BYTES)
    expect(bytes.every((byte) => byte === 0)).toBe(true)
    const facts = statSync(path)
    expect([facts.size, facts.mode & 0o777]).toEqual([LENGTH_BYTES, 0o600])
    expect(facts.blocks * 512).toBeGreaterThanOrEqual(LENGTH_BYTES)
  })

  test('what is stored is in the file at once, under its new name too', async () => {
    const file = await makeFile()
    file.bytes[0] = 1
    file.rename(join(folder, 'b'))
    file.bytes[LENGTH_BYTES - 1] = 2
    file.sync(LENGTH_BYTES - 1, 1)
    file.syncName()
    file.close()
    file.close()
    file.bytes[1] = 3
    const read = readFileSync(join(folder, 'b'))
    expect([read[0], read[1], read[LENGTH_BYTES - 1]]).toEqual([1, 3, 2])
    expect(existsSync(join(folder, 'a'))).toBe(false)
  })

  test('a file that exists is not touched', async () => {
    writeFileSync(join(folder, 'a'), 'mine')
    await expect(makeFile()).rejects.toMatchObject({ code: 'QTX_JOURNAL_FAILED' })
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('mine')
  })

  test('when the disk has no room for all of it, it is an error, and nothing is left', async () => {
    const path = join(folder, 'a')
    await expect(make(path, 2 ** 52)).rejects.toMatchObject({ code: 'QTX_JOURNAL_FAILED' })
    expect(existsSync(path)).toBe(false)
  })
})

test('a name that cannot be given is an error, and the file keeps its own', async () => {
  const file = await MappedFile.create(join(folder, 'a'), LENGTH_BYTES)
  files.push(file)
  const renamed = () => file.rename(join(folder, 'missing', 'b'))
  expect(renamed).toThrow(expect.objectContaining({ code: 'QTX_JOURNAL_FAILED' }) as Error)
  expect(file.path).toBe(join(folder, 'a'))
})

describe('a file lock', () => {
  test('is one holder’s, who is named to the others, until it is released', () => {
    const path = join(folder, 'lock')
    const held = FileLock.take(path)
    expect(FileLock.take(path)).toEqual({ holderPid: process.pid })
    if (!(held instanceof FileLock)) throw new Error('the lock was not taken')
    held.release()
    held.release()
    const again = FileLock.take(path)
    expect(again).toBeInstanceOf(FileLock)
    if (again instanceof FileLock) again.release()
  })

  test('a file that cannot be opened is an error', () => {
    const take = () => FileLock.take(join(folder, 'missing', 'lock'))
    expect(take).toThrow(expect.objectContaining({ code: 'QTX_JOURNAL_FAILED' }) as Error)
  })
})
