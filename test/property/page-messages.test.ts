import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { SystemClock } from '../../src/common/clock.ts'
import { Page } from '../../src/dashboard/page.ts'
import { LONGEST_MESSAGE_BYTES, readClientMessage } from '../../src/dashboard/page-message.ts'
import { ServiceHttp } from '../../src/service/http-server.ts'
import { idleService } from '../support/idle-service.ts'
import { PageReader } from '../support/page-reader.ts'
import fc from '../support/seeded-fast-check.ts'

const closing: (() => Promise<void> | void)[] = []
let url = ''
beforeAll(async () => {
  const { context, log, scrubber } = await idleService()
  const page = new Page({
    version: '1',
    canControl: true,
    clock: new SystemClock(),
    logger: log.logger,
    scrubber,
  })
  page.attach(context)
  const http = await ServiceHttp.open(
    { host: '127.0.0.1', port: 0 },
    { context: () => context, scrubber, page },
  )
  closing.push(() => http.close())
  url = http.url
})
afterAll(async () => {
  for (const close of closing.splice(0)) await close()
})

const word = fc.constantFrom(
  'select',
  'action',
  'cancel',
  'cancelAll',
  'closePosition',
  'BTC-USDT',
  '__proto__',
)
const hostileObject = fc.dictionary(
  fc.constantFrom('kind', 'id', 'action', 'pair', 'clientOrderId', '__proto__', 'constructor'),
  fc.oneof(word, fc.integer(), fc.string(), fc.jsonValue()),
)
const hostileText = fc.oneof(
  hostileObject.map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string(),
  fc.constant('['.repeat(4_000)),
)
const hostileMessage = fc.oneof(
  hostileText,
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.constant('x'.repeat(LONGEST_MESSAGE_BYTES + 1)),
)

test('whatever is read is a whole message, or none', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const message = readClientMessage(text)
      if (message === undefined) return
      if (message.pair !== undefined) expect(message.pair).toMatch(/^[A-Z0-9]+-[A-Z0-9]+$/)
      if (message.kind === 'select') return
      expect(Number.isSafeInteger(message.id)).toBe(true)
      expect(['cancel', 'cancelAll', 'closePosition']).toContain(message.action)
      if (message.action === 'cancel') expect(message.clientOrderId).toBeTypeOf('string')
    }),
    { numRuns: 2_000 },
  )
})

test('what the page asks for is read as it was written', () => {
  expect(readClientMessage('{"kind":"select","pair":"BTC-USDT"}')).toEqual({
    kind: 'select',
    pair: 'BTC-USDT',
  })
  const cancel = { kind: 'action', id: 3, action: 'cancel', clientOrderId: '500832718714604288' } as const
  expect(readClientMessage(JSON.stringify(cancel))).toEqual(cancel)
  expect(readClientMessage('{"kind":"action","id":3,"action":"cancel"}')).toBeUndefined()
  expect(readClientMessage('{"kind":"action","id":3,"action":"closePosition","pair":7}')).toBeUndefined()
})

test('whatever comes over the socket, the next page is shown', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hostileMessage, { maxLength: 60 }), async (messages) => {
      const hostile = new WebSocket(`${url.replace('http', 'ws')}/page/socket`)
      hostile.on('error', () => undefined)
      await once(hostile, 'open')
      for (const message of messages) if (hostile.readyState === WebSocket.OPEN) hostile.send(message)
      const page = await PageReader.open(url)
      expect((await page.hello()).exchange).toBe('binance')
      const closed = hostile.readyState === WebSocket.CLOSED ? Promise.resolve() : once(hostile, 'close')
      hostile.terminate()
      await Promise.all([closed, page.close()])
    }),
    { numRuns: 60 },
  )
})

test('bytes that are no websocket end their own connection only', async () => {
  const { Socket } = await import('node:net')
  const socket = new Socket().connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  const head = ['GET /page/socket HTTP/1.1', 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket']
  socket.write(
    `${[...head, 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='].join('\r\n')}\r\n\r\n`,
  )
  await once(socket, 'data')
  socket.on('data', () => undefined)
  socket.write(Buffer.alloc(500, 0xff))
  await once(socket, 'close')
  const page = await PageReader.open(url)
  await page.frame()
  await page.close()
})

test('more pages than there may be are told to come again, and one that leaves makes room', async () => {
  const pages = await Promise.all(Array.from({ length: 16 }, () => PageReader.open(url)))
  await Promise.all(pages.map((page) => page.hello()))
  const refused = new WebSocket(`${url.replace('http', 'ws')}/page/socket`)
  const [code] = (await once(refused, 'close')) as [number]
  expect(code).toBe(1013)
  await Promise.all(pages.map((page) => page.close()))
  await expect
    .poll(async () => {
      const page = await PageReader.open(url)
      const hello = await page.hello().catch(() => undefined)
      await page.close()
      return hello?.kind
    })
    .toBe('hello')
})
