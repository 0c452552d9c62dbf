import { execFile } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../../src/common/log.ts'

const root = path.resolve(import.meta.dirname, '../../..')

/** Runs the text, with a logger, in a process of its own, and returns the lines that it logged. */
async function linesOf(level: string, text: string): Promise<Record<string, unknown>[]> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '--eval',
      `const { createLogger } = await import('${pathToFileURL(root).href}/src/common/log.ts')
       const logger = createLogger('${level}')
       ${text}`,
    ],
    { cwd: root },
  )
  expect(stdout).toBe('')
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const SECRETS = [
  'apiKey',
  'apiSecret',
  'secret',
  'password',
  'passphrase',
  'apiPassphrase',
  'exchangeApiKey',
  'exchangeApiSecret',
  'exchangeApiPassphrase',
  'signature',
  'listenKey',
]

describe('the logger', () => {
  test('writes JSON lines on standard error, with the component', async () => {
    const [line] = await linesOf(
      'info',
      `logger.child({ component: 'feed' }).info({ pair: 'BTC-USDT' }, 'subscribed')`,
    )
    expect(line).toMatchObject({ name: 'qtx', component: 'feed', pair: 'BTC-USDT', msg: 'subscribed' })
  })

  test('says nothing below its level, and nothing at all when it is silent', async () => {
    const text = `logger.debug({}, 'd'); logger.info({}, 'i'); logger.warn({}, 'w'); logger.error({}, 'e')`
    expect((await linesOf('warn', text)).map(({ msg }) => msg)).toEqual(['w', 'e'])
    expect(await linesOf('silent', text)).toEqual([])
  })

  test('redacts every field that could hold a secret, down to two levels of nesting, also of a child', async () => {
    const fields = JSON.stringify(Object.fromEntries(SECRETS.map((field) => [field, 'S3CRET'])))
    const lines = await linesOf(
      'info',
      `const fields = ${fields}
       logger.info(fields, 'a')
       logger.info({ config: fields }, 'b')
       logger.info({ options: { credentials: fields } }, 'c')
       logger.child({ component: 'ring' }).info({ request: fields }, 'd')`,
    )
    expect(lines).toHaveLength(4)
    const said = JSON.stringify(lines)
    expect(said).not.toContain('S3CRET')
    expect(said.split('[redacted]').length - 1).toBe(4 * SECRETS.length)
  })
})

test('the silent logger says nothing, nor do its children', () => {
  expect(silentLogger.child({ component: 'x' })).toBe(silentLogger)
  for (const level of ['debug', 'info', 'warn', 'error'] as const) silentLogger[level]({}, 'nothing')
})
