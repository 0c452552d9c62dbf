import fc from '../support/seeded-fast-check.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONTROL_LIMITS } from '../../src/service/control-protocol.ts'
import { LineSplitter } from '../../src/service/line-splitter.ts'
import { SERVICE_METHODS, SERVICE_STREAMS } from '../../src/service/service-methods.ts'
import { ControlRig } from '../support/control-socket.ts'

let rig: ControlRig
beforeAll(async () => {
  rig = await ControlRig.open()
})
afterAll(() => rig[Symbol.asyncDispose]())

const names = [
  ...Object.keys(SERVICE_METHODS),
  ...Object.keys(SERVICE_STREAMS),
  'unsubscribe',
  '__proto__',
  'toString',
]

const hostileRequest = fc.record(
  {
    id: fc.oneof(fc.nat(), fc.anything()),
    method: fc.oneof(fc.constantFrom(...names), fc.string()),
    params: fc.oneof(
      fc.anything(),
      fc.dictionary(
        fc.constantFrom(
          'pair',
          'amount',
          'price',
          'side',
          'type',
          'clientOrderId',
          'levels',
          'count',
          'agreed',
          '__proto__',
        ),
        fc.oneof(fc.constantFrom('BTC-USDT', 'buy', 'limit', '1e400', '-1', 'NaN'), fc.anything()),
      ),
    ),
  },
  { requiredKeys: [] },
)

const hostileBytes = fc.oneof(
  fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
  hostileRequest.map((request) => Buffer.from(`${textOf(request)}\n`)),
  fc.json().map((json) => Buffer.from(`${json}\n`)),
  fc.constant(Buffer.from(`${'['.repeat(20_000)}\n`)),
  fc.constant(Buffer.alloc(CONTROL_LIMITS.requestBytes + 10, 0x20)),
)

/** Not everything is JSON. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each))
  } catch {
    return '{'
  }
}

test(
  'whatever comes over the socket, the service answers the next client',
  { timeout: 300_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileBytes, { maxLength: 12 }), async (parts) => {
        const hostile = await rig.connect()
        for (const part of parts) if (hostile.socket.writable) hostile.socket.write(part)
        hostile.socket.end()
        const client = await rig.connect()
        client.send({ id: 1, method: 'status' })
        client.socket.end()
        await client.closed
        expect(client.answers).toMatchObject([{ id: 1, result: { exchange: 'binance' } }])
        hostile.socket.destroy()
        await hostile.closed
        for (const answer of hostile.answers) expect(Object.keys(answer)).toContain('id')
      }),
      { numRuns: 150 },
    )
  },
)

test('lines are the same however their bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 20 })),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (texts, cuts) => {
        const wanted = texts.map((text) => text.replaceAll('\n', ' ')).filter((text) => text.trim() !== '')
        const bytes = Buffer.from(wanted.map((text) => `${text}\n`).join(''))
        const lines: string[] = []
        const splitter = new LineSplitter(1_000, (line) => lines.push(line))
        for (let from = 0, i = 0; from < bytes.length; i++) {
          const to = from + cuts[i % cuts.length]!
          expect(splitter.push(bytes.subarray(from, to))).toBe(true)
          from = to
        }
        expect(lines).toEqual(wanted.map((text) => Buffer.from(text).toString()))
      },
    ),
  )
})
