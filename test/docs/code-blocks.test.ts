import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { checkConfigText } from '../../src/config/config-file.ts'
import { SECRET_OPTIONS } from '../../src/config/secret-reference.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

interface Block {
  readonly title: string
  readonly fileName: string
  readonly text: string
}

/** What parts of programs may use without saying where it comes from. */
const PREAMBLE = `import { createWriteStream } from 'node:fs'
import { createQtxConnector, type QtxConnector, type QtxConnectorConfigInput } from 'qtx-connector'
declare const config: QtxConnectorConfigInput
declare const connector: QtxConnector
void [createWriteStream, createQtxConnector, config, connector]
`

/** The code in the documents: programs, which import the package, and parts of programs. */
function codeBlocks(): Block[] {
  return ['README.md', ...pagesBelow('docs')].flatMap((page) =>
    blocksOf(page, 'ts|js').map(({ language, text }, index) => ({
      title: `${page}, block ${index + 1}`,
      fileName: `${page.replace(/\W/g, '_')}_${index + 1}.m${language}`,
      text: asProgram(text),
    })),
  )
}

function asProgram(text: string): string {
  if (text.includes("from 'qtx-connector")) return text
  // Options of a configuration, or statements.
  if (/^\w+: /.test(text))
    return `${PREAMBLE}export const options: Partial<QtxConnectorConfigInput> = {${text}}`
  return `${PREAMBLE}{\n${text}}\n`
}

function blocksOf(page: string, languages: string): { readonly language: string; readonly text: string }[] {
  const pattern = new RegExp(`^\`\`\`(${languages})\\n(.*?)^\`\`\`$`, 'gms')
  return [...readFileSync(join(ROOT, page), 'utf8').matchAll(pattern)].map(
    ([, language = '', text = '']) => ({ language, text }),
  )
}

function pagesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
}

describe('the code in the documents', () => {
  const blocks = codeBlocks()
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
    expect(blocks.length).toBeGreaterThan(15)
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

describe('the configurations in the documents', () => {
  const configurations = ['README.md', ...pagesBelow('docs')].flatMap((page) =>
    blocksOf(page, 'yaml')
      .filter(({ text }) => text.includes('exchangeBackend:'))
      .map(({ text }) => ({ page, text })),
  )

  test.each(configurations)('$page: valid, but for the secrets that are elsewhere', ({ text }) => {
    const secrets: readonly string[] = SECRET_OPTIONS
    const { problems } = checkConfigText(text, '/nowhere', { environment: {} })
    expect(problems.filter(({ option }) => !secrets.includes(option))).toEqual([])
  })
})
