import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LogOutput } from '../../../../src/cli/service/log-output.ts'

const nobody = (): void => undefined

test('without a file lines are shown', () => {
  const shown: string[] = []
  using output = new LogOutput(undefined, (line) => shown.push(line), nobody)
  output.write('a line')
  expect(shown).toEqual(['a line'])
})

test('a file is its owner’s alone, and appended to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'qtx-log-'))
  try {
    const file = join(folder, 'qtx.log')
    for (const line of ['one', 'two']) {
      using output = new LogOutput(file, nobody, nobody)
      output.write(line)
    }
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    writeFileSync(join(folder, 'plain'), '')
    expect(() => new LogOutput(join(folder, 'plain', 'x'), nobody, nobody)).toThrow('could not be opened')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.skipIf(!existsSync('/dev/full'))(
  'a disk that is full stops nobody, and is told of once (needs /dev/full)',
  () => {
    const warnings: string[] = []
    using output = new LogOutput('/dev/full', nobody, (text) => warnings.push(text))
    for (let i = 0; i < 5; i++) output.write('a line')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('ENOSPC')
  },
)
