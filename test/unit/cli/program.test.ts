import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../../src/cli/program.ts'

/** Imports that run with the file: neither types nor those inside functions. */
const STATIC_IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm

/** Everything that loading a file loads: its own files followed, packages and built-in modules named. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(STATIC_IMPORT)) {
    if (target.startsWith('.')) loadedBy(resolve(dirname(file), target), seen)
    else seen.add(target)
  }
  return seen
}

describe('the command line', () => {
  it('loads no package but commander before it knows the command', () => {
    const loaded = [...loadedBy(resolve('src/cli/main.ts'))]
    const packages = loaded.filter((name) => !name.startsWith('/') && !name.startsWith('node:'))
    expect(packages).toEqual(['commander'])
    expect(loaded.filter((name) => /\/src\/(connector|exchanges|qtx|posix|simulator)\//.test(name))).toEqual(
      [],
    )
  })

  it('names every command in its help, and the exit codes', () => {
    const program = createProgram()
    expect(program.commands.map((command) => command.name())).toEqual(
      expect.arrayContaining(['demo', 'watch', 'simulate']),
    )
    for (const command of program.commands) expect(program.helpInformation()).toContain(command.name())
  })

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(createProgram().version()).toBe(version)
  })
})
