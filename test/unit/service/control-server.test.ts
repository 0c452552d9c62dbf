import { lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ControlClient } from '../../../src/service/control-client.ts'
import { method, stream } from '../../../src/service/control-method.ts'
import { CONTROL_LIMITS } from '../../../src/service/control-protocol.ts'
import { ControlServer } from '../../../src/service/control-server.ts'
import { QtxError } from '../../../src/errors.ts'
import { ControlRig } from '../../support/control-socket.ts'
import { PLANTED_SECRET } from '../../support/idle-service.ts'

test('the socket is its owner’s alone, and gone when the server has closed', async () => {
  const rig = await ControlRig.open()
  expect(lstatSync(rig.server.path).mode & 0o777).toBe(0o600)
  const { path } = rig.server
  await rig[Symbol.asyncDispose]()
  expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined()
})

test('a client is answered, and told what was wrong in words and with a remedy', async () => {
  await using rig = await ControlRig.open()
  using client = await ControlClient.connect(rig.server.path)
  expect(await client.call('status', {})).toMatchObject({ ready: false, exchange: 'binance' })
  await expect(client.call('ticker', { pair: 'BTC-USDT' })).rejects.toMatchObject({
    code: 'QTX_STATE_INVALID',
  })
  await expect(client.call('orders', { pear: 'x' } as never)).rejects.toThrow(/parameters are wrong: .*pear/)
  await expect(client.call('nothing' as never, {} as never)).rejects.toThrow(/no method "nothing".*status/)
})

test('answers to many requests at once find their requests', async () => {
  await using rig = await ControlRig.open({
    methods: {
      later: method({
        summary: 'answers after so many turns',
        params: z.strictObject({ turns: z.number() }),
        run: async (_, { turns }) => {
          for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
          return turns
        },
      }),
    },
  })
  const client = await rig.connect()
  for (const [id, turns] of [9, 1, 5].entries()) client.send({ id, method: 'later', params: { turns } })
  await expect.poll(() => client.answers.length).toBe(3)
  expect(client.answers).toEqual(
    expect.arrayContaining([
      { id: 0, result: 9 },
      { id: 1, result: 1 },
      { id: 2, result: 5 },
    ]),
  )
  client.socket.destroy()
})

test('a request that is too long, or the ninth that cannot be read, ends the connection; others go on', async () => {
  await using rig = await ControlRig.open()
  const other = await rig.connect()
  const long = await rig.connect()
  long.socket.write('x'.repeat(CONTROL_LIMITS.requestBytes + 1))
  await long.closed
  expect(long.answers).toMatchObject([{ id: null, error: { code: 'QTX_SERVICE_REQUEST' } }])
  const garbled = await rig.connect()
  garbled.socket.write('{nonsense\n'.repeat(50))
  await garbled.closed
  expect(garbled.answers).toHaveLength(CONTROL_LIMITS.unreadable)
  other.send({ id: 7, method: 'orders' })
  await expect.poll(() => other.answers).toMatchObject([{ id: 7, result: { orders: [] } }])
  other.socket.destroy()
})

test('more requests or subscriptions at once than allowed are refused, and so is an id in use', async () => {
  const open: (() => void)[] = []
  await using rig = await ControlRig.open({
    methods: {
      hang: method({
        summary: 'waits',
        params: z.strictObject({}),
        run: () => new Promise<void>((resolve) => open.push(resolve)),
      }),
    },
  })
  const client = await rig.connect()
  client.send({ id: 1, method: 'hang' })
  client.send({ id: 1, method: 'hang' })
  for (let id = 2; id <= CONTROL_LIMITS.requestsAtOnce + 1; id++) client.send({ id, method: 'hang' })
  await expect.poll(() => client.answers.length).toBe(2)
  expect(client.answers).toMatchObject([{ id: 1 }, { id: CONTROL_LIMITS.requestsAtOnce + 1 }])
  for (const answer of client.answers) expect(answer).toHaveProperty('error')
  for (const end of open) end()
  client.socket.destroy()
})

test('a method that hangs is answered as timed out; one that trades as of unknown outcome', async () => {
  const hang = {
    summary: 'waits',
    params: z.strictObject({}),
    timeoutMs: 5,
    run: () => new Promise(() => undefined),
  }
  await using rig = await ControlRig.open({
    methods: { hang: method(hang), trade: method({ ...hang, isOutcomeAtStake: true }) },
  })
  using client = await ControlClient.connect(rig.server.path)
  await expect(client.call('hang' as never, {} as never)).rejects.toMatchObject({ code: 'QTX_TIMEOUT' })
  await expect(client.call('trade' as never, {} as never)).rejects.toMatchObject({ outcome: 'unknown' })
})

test('a slow reader of a stream is told the newest, not everything that it missed', async () => {
  let looks = 0
  await using rig = await ControlRig.open({
    streams: {
      large: stream({
        summary: 'much',
        params: z.strictObject({}),
        everyMs: 1,
        open: () => () => ({ look: ++looks, filler: 'x'.repeat(200_000) }),
      }),
    },
  })
  const client = await rig.connect()
  client.socket.pause()
  client.send({ id: 1, method: 'large' })
  await expect.poll(() => looks).toBeGreaterThan(0)
  // While nobody reads, the kernel's buffers fill, and then nobody looks.
  let before = -1
  await expect
    .poll(
      () => {
        const isStill = before === looks
        before = looks
        return isStill
      },
      { interval: 100 },
    )
    .toBe(true)
  expect(looks).toBeLessThan(50)
  client.socket.resume()
  await expect.poll(() => looks).toBeGreaterThan(before + 2)
  client.send({ id: 1, method: 'unsubscribe' })
  await expect.poll(() => client.answers.length).toBeGreaterThan(2)
  client.socket.destroy()
})

test('a stream whose look-up fails ends with the error', async () => {
  let looks = 0
  await using rig = await ControlRig.open({
    streams: {
      failing: stream({
        summary: 'fails at the second look',
        params: z.strictObject({}),
        everyMs: 1,
        open: () => () => {
          if (++looks > 1) throw new QtxError('QTX_STATE_INVALID', 'it was stopped')
          return looks
        },
      }),
    },
  })
  using client = await ControlClient.connect(rig.server.path)
  const items: unknown[] = []
  const followed = client.follow('failing' as never, {} as never, {
    signal: new AbortController().signal,
    onItem: (item) => items.push(item),
  })
  await expect(followed).rejects.toThrow('it was stopped')
  expect(items).toEqual([1])
})

test('no secret is in an answer, whatever brought it there', async () => {
  await using rig = await ControlRig.open({
    methods: {
      leak: method({
        summary: 'tells too much',
        params: z.strictObject({}),
        run: () => ({ secret: PLANTED_SECRET, nested: JSON.stringify({ key: 'planted-api-key' }) }),
      }),
      fail: method({
        summary: 'fails with too much',
        params: z.strictObject({}),
        run: () => Promise.reject(new Error(`signed with ${PLANTED_SECRET}`)),
      }),
    },
  })
  const client = await rig.connect()
  client.send({ id: 1, method: 'leak' })
  client.send({ id: 2, method: 'fail' })
  await expect.poll(() => client.answers.length).toBe(2)
  expect(client.answers).toEqual([
    { id: 1, result: { secret: '[redacted]', nested: '{"key":"[redacted]"}' } },
    { id: 2, error: expect.objectContaining({ message: 'signed with [redacted]' }) as unknown },
  ])
  client.socket.destroy()
})

test('a socket that is answered, a file in its place, and a folder that is not there are refused', async () => {
  await using rig = await ControlRig.open()
  const { path } = rig.server
  const options = { methods: {}, streams: {}, context: () => undefined, scrubber: rig.service.scrubber }
  await expect(ControlServer.open(path, options)).rejects.toMatchObject({ code: 'QTX_SERVICE_BUSY' })
  const folder = mkdtempSync(join(tmpdir(), 'qtx-stale-'))
  try {
    const file = join(folder, 'file')
    writeFileSync(file, 'not a socket')
    await expect(ControlServer.open(file, options)).rejects.toThrow('is no socket')
    await expect(ControlServer.open(join(folder, 'no', 'x.sock'), options)).rejects.toMatchObject({
      code: 'QTX_CONFIG_INVALID',
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a client without a service, and one whose service goes away, is told so; something at stake is unknown', async () => {
  const rig = await ControlRig.open({
    methods: {
      hang: method({ summary: 'waits', params: z.strictObject({}), run: () => new Promise(() => undefined) }),
    },
  })
  await expect(ControlClient.connect(join(rig.folder, 'other.sock'))).rejects.toMatchObject({
    code: 'QTX_SERVICE_NOT_RUNNING',
  })
  using client = await ControlClient.connect(rig.server.path)
  const asked = client.call('hang' as never, {} as never)
  const traded = client.call('hang' as never, {} as never, { isOutcomeAtStake: true })
  const both = Promise.allSettled([asked, traded])
  await expect.poll(() => rig.server.connectionCount).toBe(1)
  await rig[Symbol.asyncDispose]()
  expect(await both).toMatchObject([
    { reason: { code: 'QTX_TIMEOUT' } },
    { reason: { code: 'QTX_ORDER_UNKNOWN_OUTCOME', outcome: 'unknown' } },
  ])
})

test('a client that has said its last still reads its answer', async () => {
  await using rig = await ControlRig.open()
  const client = await rig.connect()
  client.socket.end(`${JSON.stringify({ id: 3, method: 'balance' })}\n`)
  await client.closed
  expect(client.answers).toMatchObject([{ id: 3, result: { balances: [] } }])
})
