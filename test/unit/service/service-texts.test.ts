import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromFailure, readRequest, toFailure, withoutSecrets } from '../../../src/service/control-protocol.ts'
import { LineSplitter } from '../../../src/service/line-splitter.ts'
import { LogTail } from '../../../src/service/log-tail.ts'
import { RepeatedProblems, withoutRepetition } from '../../../src/service/repeated-lines.ts'
import { SecretScrubber } from '../../../src/service/secret-scrubber.ts'
import { controlSocketPath } from '../../../src/service/service-location.ts'
import { ServiceLog } from '../../../src/service/service-log.ts'
import type { Logger } from '../../../src/common/log.ts'
import { QtxError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const API_KEY = 'k3y-0123456789'
const SECRET = 's"ecr\\et/with+all=kinds'
const PASSPHRASE = 'pass phrase&more'

describe('the log', () => {
  function openLog() {
    const written: string[] = []
    const scrubber = new SecretScrubber([API_KEY, SECRET, PASSPHRASE, undefined])
    const clock = new FakeClock()
    const log = new ServiceLog({ level: 'debug', clock, scrubber, write: (line) => written.push(line) })
    return { log, written, clock }
  }

  test('has no secret, wherever it was planted', () => {
    const { log, written } = openLog()
    const config = {
      exchangeApiKey: API_KEY,
      exchangeApiSecret: SECRET,
      nested: { deeper: { still: PASSPHRASE } },
    }
    log.logger.info({ config }, 'a configuration')
    log.logger.error({ error: new Error(`refused ${SECRET}`).message }, `failed: ${SECRET} of ${API_KEY}`)
    const address = new URLSearchParams({ apiKey: API_KEY, passphrase: PASSPHRASE })
    log.logger.debug(
      {
        request: `fetch POST https://fapi.binance.com/fapi/v1/order?${address.toString()}&p=${encodeURIComponent(PASSPHRASE)}&signature=0badc0ffee`,
        headers: JSON.stringify({
          'X-MBX-APIKEY': API_KEY,
          'OK-ACCESS-SIGN': 'c2lnbmF0dXJl',
          'OK-ACCESS-PASSPHRASE': PASSPHRASE,
        }),
        body: JSON.stringify({ inner: JSON.stringify({ secret: SECRET }) }),
        basic: Buffer.from(SECRET).toString('base64'),
      },
      'handleRestResponse: verbose',
    )
    log.logger.child({ component: 'exchange' }).warn({ listenKey: 'abcdefgh' }, `listenKey=abcdefgh is over`)
    const all = written.join('\n')
    const forms = [
      API_KEY,
      SECRET,
      JSON.stringify(SECRET).slice(1, -1),
      PASSPHRASE,
      encodeURIComponent(PASSPHRASE),
    ]
    for (const form of [
      ...forms,
      Buffer.from(SECRET).toString('base64'),
      '0badc0ffee',
      'c2lnbmF0dXJl',
      'abcdefgh',
    ])
      expect(all).not.toContain(form)
    expect(all).toContain('handleRestResponse: verbose')
    for (const line of written) expect(() => void JSON.parse(line)).not.toThrow()
    expect(log.tail.read(0, 10)).toEqual(written)
  })

  test('has one line for a kind of problem, and a minute later one with how often it came again', () => {
    const { log, written, clock } = openLog()
    for (let i = 0; i < 40; i++) log.logger.warn({ i }, `attempt ${i} failed after ${i}.5 ms`)
    for (let i = 0; i < 3; i++) log.logger.info({}, 'this is no problem')
    log.logger.child({ component: 'feed' }).warn({}, 'attempt 1 failed after 2 ms')
    const messages = () => written.map((line) => (JSON.parse(line) as { readonly msg: string }).msg)
    expect(messages()).toEqual([
      'attempt 0 failed after 0.5 ms',
      ...Array<string>(3).fill('this is no problem'),
      'attempt 1 failed after 2 ms',
    ])
    clock.advance(60_000)
    expect(messages().slice(5)).toEqual(['39 times more: attempt 0 failed after 0.5 ms'])
    log.logger.warn({}, 'attempt 99 failed after 1 ms')
    expect(messages().at(-1)).toBe('attempt 99 failed after 1 ms')
  })

  test('tells at its end what it had counted', () => {
    const { log, written } = openLog()
    log.logger.error({}, 'broken')
    log.logger.error({}, 'broken')
    log[Symbol.dispose]()
    expect(written).toHaveLength(2)
    expect(written[1]).toContain('1 times more: broken')
  })

  test('of too many kinds every line passes, and nothing grows', () => {
    const passed: string[] = []
    const logger = { warn: (_: object, text: string) => passed.push(text) } as unknown as Logger
    const once = withoutRepetition(logger, new RepeatedProblems(new FakeClock()))
    for (let i = 0; i < 600; i++) once.warn({}, `kind ${String.fromCodePoint(0x4e00 + i)}`)
    const last = `kind ${String.fromCodePoint(0x4e00 + 599)}`
    once.warn({}, last)
    expect(passed).toHaveLength(601)
  })

  test('keeps its newest lines, and says from which on', () => {
    const tail = new LogTail(10)
    for (let i = 0; i < 35; i++) tail.push(`line ${i}`)
    expect(tail.end).toBe(35)
    expect(tail.end - tail.start).toBeGreaterThanOrEqual(10)
    expect(tail.end - tail.start).toBeLessThan(20)
    expect(tail.read(33, 5)).toEqual(['line 33', 'line 34'])
    expect(tail.read(0, 1)).toEqual([`line ${tail.start}`])
  })
})

test('words that only look like secrets stay', () => {
  const scrubber = new SecretScrubber(['ab', API_KEY])
  const text = 'check the key and the secret: about 3 tabs; api key refused'
  expect(scrubber.scrub(text)).toBe(text)
})

describe('requests and failures', () => {
  test.each([
    ['', 'JSON'],
    ['[1]', 'object'],
    ['null', 'object'],
    ['{"method":"status"}', 'id'],
    ['{"id":-1,"method":"status"}', 'id'],
    ['{"id":1.5,"method":"status"}', 'id'],
    ['{"id":1}', 'method'],
    [`{"id":1,"method":"${'x'.repeat(65)}"}`, 'method'],
  ])('%s is no request', (line, why) => {
    expect(() => readRequest(line)).toThrow(why)
  })

  test('an error arrives as it was, and one of an unknown code as a refused request', () => {
    const error = new QtxError('QTX_ORDER_TIMEOUT', 'order 7 was not answered')
    const arrived = fromFailure(toFailure(error))
    expect(arrived).toMatchObject({ code: error.code, message: error.message, outcome: 'unknown' })
    expect(fromFailure({ code: 'constructor', message: 'x' }).code).toBe('QTX_SERVICE_REQUEST')
  })

  test('an error that ends the service is told without secrets', () => {
    const scrubber = new SecretScrubber([SECRET])
    expect(withoutSecrets(new Error(`bad ${SECRET}`), scrubber).message).not.toContain(SECRET)
  })
})

test('lines are cut wherever the bytes are, and one that is too long is refused', () => {
  const lines: string[] = []
  const splitter = new LineSplitter(8, (line) => lines.push(line))
  for (const byte of Buffer.from('é1\n\n  \nab\ncd')) expect(splitter.push(Buffer.from([byte]))).toBe(true)
  expect(lines).toEqual(['é1', 'ab'])
  expect(splitter.isPartial).toBe(true)
  expect(splitter.push(Buffer.from('efghijk'))).toBe(false)
})

describe('where the control socket is', () => {
  test('as named, as the environment says, in the runtime folder by the configuration’s whole path, or beside it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'qtx-run-'))
    try {
      const of = (configFile: string, environment: Record<string, string> = {}, socket?: string) =>
        controlSocketPath({ configFile, environment, socket })
      expect(of('/a/qtx.yaml', { QTX_SOCKET: '/b/c' }, '/d/e')).toBe('/d/e')
      expect(of('/a/qtx.yaml', { QTX_SOCKET: '/b/c' })).toBe('/b/c')
      expect(of('/a/qtx.yaml')).toBe('/a/.qtx.sock')
      expect(of('/a/qtx.yaml', { XDG_RUNTIME_DIR: '/not/there' })).toBe('/a/.qtx.sock')
      const here = of('/a/qtx.yaml', { XDG_RUNTIME_DIR: folder })
      expect(here.startsWith(join(folder, 'qtx-qtx-'))).toBe(true)
      expect(of('/b/qtx.yaml', { XDG_RUNTIME_DIR: folder })).not.toBe(here)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('a path that no socket can have is refused', () => {
    expect(() =>
      controlSocketPath({ configFile: 'x', socket: `/${'y'.repeat(120)}`, environment: {} }),
    ).toThrow(/107 at most/)
  })
})
