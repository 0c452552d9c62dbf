import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../../src/common/log.ts'
import { Startup, type StartStep } from '../../../src/connector/startup.ts'
import { QtxError } from '../../../src/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { pass, settle } from '../../support/scripted-exchange.ts'

const DOWN = new QtxError('QTX_EXCHANGE_DOWN', 'no answer from the exchange')
const KEYS = new QtxError('QTX_AUTH', 'the exchange refused the keys')

/** A step whose starts fail as listed, one after the other, and then succeed. */
class Step implements StartStep {
  readonly name: string
  readonly failures: Error[] = []
  stopFailure: Error | undefined
  /** Holds back the start until it resolves. */
  gate: Promise<void> = Promise.resolve()
  readonly #log: string[]

  constructor(name: string, log: string[]) {
    this.name = name
    this.#log = log
  }

  async start(): Promise<void> {
    this.#log.push(`start ${this.name}`)
    await this.gate
    const failure = this.failures.shift()
    if (failure) throw failure
    this.#log.push(`${this.name} runs`)
  }

  stop(): Promise<void> {
    this.#log.push(`stop ${this.name}`)
    return this.stopFailure ? Promise.reject(this.stopFailure) : Promise.resolve()
  }
}

function rig() {
  const clock = new FakeClock()
  const abort = new AbortController()
  const log: string[] = []
  const feed = new Step('feed', log)
  const exchange = new Step('exchange', log)
  const account = new Step('account', log)
  const startup = new Startup({
    steps: [feed, exchange, account],
    clock,
    logger: silentLogger,
    random: () => 0,
    signal: abort.signal,
    onDone: () => log.push('done'),
  })
  return { clock, abort, log, feed, exchange, account, startup }
}

const EVERYTHING_RUNS = [
  'start feed',
  'feed runs',
  'start exchange',
  'exchange runs',
  'start account',
  'account runs',
  'done',
]

describe('starting', () => {
  test('goes through the steps in order', async () => {
    const { startup, log } = rig()
    expect(startup.status['startup']).toMatchObject({ ok: false, reason: 'under way' })
    await startup.run()
    expect(log).toEqual(EVERYTHING_RUNS)
    expect(startup.status['startup']?.ok).toBe(true)
  })

  test.each(['QTX_EXCHANGE_DOWN', 'QTX_RATE_LIMITED', 'QTX_FEED_SILENT'] as const)(
    'U5: %s passes: it goes on in the background, with growing delays, until everything runs',
    async (code) => {
      const { startup, log, exchange, clock } = rig()
      exchange.failures.push(...Array.from({ length: 3 }, () => new QtxError(code, 'for a moment')))
      await startup.run()
      expect(log).toEqual(['start feed', 'feed runs', 'start exchange'])
      expect(startup.status['startup']).toMatchObject({ ok: false, remedy: 'it is tried again by itself' })
      expect(startup.status['startup']?.reason).toContain('exchange: for a moment')
      await pass(clock, 10_000, 50)
      expect(log.filter((line) => line === 'start exchange')).toHaveLength(4)
      expect(log.slice(-4)).toEqual(['exchange runs', 'start account', 'account runs', 'done'])
      expect(startup.status['startup']?.ok).toBe(true)
      expect(clock.pending).toBe(0)
    },
  )

  test('what does not pass rejects, and the steps after it are not started', async () => {
    const { startup, log, exchange } = rig()
    exchange.failures.push(KEYS)
    await expect(startup.run()).rejects.toBe(KEYS)
    await startup.unwind()
    expect(log).toEqual(['start feed', 'feed runs', 'start exchange', 'stop exchange', 'stop feed'])
  })

  test('an error that nobody foresaw rejects', async () => {
    const { startup, feed } = rig()
    feed.failures.push(new TypeError('a bug'))
    await expect(startup.run()).rejects.toThrow('a bug')
  })

  test('what does not pass, found in the background, is said with a remedy and not tried again', async () => {
    const { startup, log, exchange, clock } = rig()
    exchange.failures.push(DOWN, KEYS)
    await startup.run()
    await pass(clock, 60_000, 500)
    expect(log.filter((line) => line === 'start exchange')).toHaveLength(2)
    expect(log).not.toContain('start account')
    const check = startup.status['startup']
    expect(check?.reason).toContain('the exchange refused the keys')
    expect(check?.remedy).toContain('call stop()')
  })
})

describe('unwinding', () => {
  test('stops in reverse order', async () => {
    const { startup, log } = rig()
    await startup.run()
    await startup.unwind()
    expect(log.slice(-3)).toEqual(['stop account', 'stop exchange', 'stop feed'])
  })

  test('Q11: one that fails to stop does not keep the others running', async () => {
    const { startup, log, exchange, account } = rig()
    await startup.run()
    account.stopFailure = new Error('the stream would not close')
    exchange.stopFailure = new Error('the ring would not close')
    await startup.unwind()
    expect(log.slice(-3)).toEqual(['stop account', 'stop exchange', 'stop feed'])
  })

  test('stops each step once, also when it was tried many times, and once only', async () => {
    const { startup, log, exchange, clock, abort } = rig()
    exchange.failures.push(DOWN, DOWN)
    await startup.run()
    await pass(clock, 5_000)
    abort.abort()
    await startup.unwind()
    await startup.unwind()
    expect(log.filter((line) => line.startsWith('stop'))).toEqual([
      'stop account',
      'stop exchange',
      'stop feed',
    ])
  })

  test('ends what goes on in the background', async () => {
    const { startup, log, exchange, clock, abort } = rig()
    exchange.failures.push(...Array.from({ length: 100 }, () => DOWN))
    await startup.run()
    await pass(clock, 1_000)
    abort.abort()
    await startup.unwind()
    const count = log.length
    await pass(clock, 60_000, 500)
    expect(log).toHaveLength(count)
    expect(clock.pending).toBe(0)
    expect(log).not.toContain('done')
  })

  test('Q11: a step that is being started is stopped after that, and none is started any more', async () => {
    const { startup, log, exchange, abort } = rig()
    let open: () => void = () => undefined
    exchange.gate = new Promise((resolve) => (open = resolve))
    const running = startup.run()
    const refusal = running.catch((error: unknown) => error)
    await settle()
    abort.abort()
    const unwound = startup.unwind()
    await settle()
    expect(log).toEqual(['start feed', 'feed runs', 'start exchange'])
    open()
    await unwound
    expect(await refusal).toMatchObject({ code: 'QTX_STATE_INVALID' })
    expect(log.slice(3)).toEqual(['exchange runs', 'stop exchange', 'stop feed'])
  })

  test('a start that fails because of the stop says so, and goes on nowhere', async () => {
    const { startup, log, exchange, abort, clock } = rig()
    let open: () => void = () => undefined
    exchange.gate = new Promise((resolve) => (open = resolve))
    exchange.failures.push(DOWN)
    const refusal = startup.run().catch((error: unknown) => error)
    await settle()
    abort.abort()
    open()
    expect(await refusal).toMatchObject({ code: 'QTX_STATE_INVALID' })
    await startup.unwind()
    await pass(clock, 10_000, 100)
    expect(log.filter((line) => line === 'start exchange')).toHaveLength(1)
  })
})
