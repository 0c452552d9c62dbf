import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

interface Block {
  readonly title: string
  readonly fileName: string
  readonly text: string
}

/** The programs in the documents: blocks that import the package. */
function programs(): Block[] {
  const pages = ['README.md', 'docs/getting-started.md', ...guides()]
  return pages.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```(ts|js)\n(.*?)^```$/gms)]
      .filter(([, , text = '']) => text.includes("from 'qtx-connector"))
      .map(([, language = '', text = ''], index) => ({
        title: `${page}, program ${index + 1}`,
        fileName: `${page.replace(/\W/g, '_')}_${index + 1}.m${language}`,
        text,
      })),
  )
}

function guides(): string[] {
  return readdirSync(join(ROOT, 'docs/guides')).map((name) => `docs/guides/${name}`)
}

describe('the programs in the documents', () => {
  const blocks = programs()
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'qtx-docs-'))
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(ROOT, 'tsconfig.json'),
        compilerOptions: {
          rootDir: '/',
          typeRoots: [join(ROOT, 'node_modules/@types')],
          paths: {
            'qtx-connector': [join(ROOT, 'src/index.ts')],
            'qtx-connector/simulator': [join(ROOT, 'src/simulator/start-simulator.ts')],
          },
        },
        include: ['*.mts'],
      }),
    )
    for (const { fileName, text } of blocks) writeFileSync(join(folder, fileName), text)
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('are found', () => {
    expect(blocks.length).toBeGreaterThan(5)
  })

  test('hold against the types', () => {
    const { options, fileNames } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(join(folder, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
      ts.sys,
      folder,
    )
    const program = ts.createProgram(fileNames, options)
    const own = fileNames.flatMap((name) => ts.getPreEmitDiagnostics(program, program.getSourceFile(name)))
    expect(own.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  })

  test.each(blocks.filter(({ text }) => text.includes('startSimulator')))(
    '$title runs against the simulator to its end',
    async ({ fileName }) => {
      const { stdout } = await run(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), join(folder, fileName)],
        {
          timeout: 100_000,
          env: { ...process.env, TSX_TSCONFIG_PATH: join(folder, 'tsconfig.json') },
        },
      )
      expect(stdout).not.toBe('')
    },
  )
})
