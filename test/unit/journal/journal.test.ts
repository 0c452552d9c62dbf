import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLogger, type Logger } from '../../../src/common/log.ts'
import { Journal, type JournalOptions } from '../../../src/journal/journal.ts'
import type { AnswerRecord, JournalRecord, OrderStateRecord } from '../../../src/journal/journal-record.ts'
import { HEADER_BYTES } from '../../../src/journal/segment-format.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { fillRecord, orderRecord } from '../../support/journal-records.ts'
import { until } from '../../support/until.ts'

const SEGMENT_BYTES = 65_536
const FIRST_SEGMENT = '00000001.segment'
let root: string
let folder: string
let clock: FakeClock
let journals: Journal[]
let said: string[]

const logger: Logger = {
  ...silentLogger,
  warn: (_fields, message) => said.push(message),
  error: (_fields, message) => said.push(message),
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'qtx-journal-'))
  folder = join(root, 'journal')
  clock = new FakeClock()
  journals = []
  said = []
})
afterEach(async () => {
  for (const journal of journals) await journal.close()
  rmSync(root, { recursive: true, force: true })
})

async function open(options: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = await Journal.open({
    folder,
    account: 'binance:test',
    segmentBytes: SEGMENT_BYTES,
    clock,
    logger,
    ...options,
  })
  journals.push(journal)
  return journal
}

/** The folder as a killed process would leave it now. */
function asKilled(name = 'killed'): string {
  const copy = join(root, name)
  cpSync(folder, copy, { recursive: true })
  return copy
}

function withoutDatabase(from: string): string {
  for (const name of readdirSync(from)) if (name.startsWith('history.db')) rmSync(join(from, name))
  return from
}

function answer(fields: Partial<AnswerRecord> = {}): AnswerRecord {
  const reason = { exchangeOrderId: '88', code: undefined, message: undefined, atMs: clock.nowMs() }
  const order = { clientOrderId: '1001', pair: 'BTC-USDT' }
  return { kind: 'answer', ...order, request: 'place', outcome: 'accepted', ...reason, ...fields }
}

function state(value: OrderStateRecord['state'], fields: Partial<OrderStateRecord> = {}): OrderStateRecord {
  const reason = { exchangeOrderId: undefined, code: undefined, message: undefined, atMs: clock.nowMs() }
  return { kind: 'state', clientOrderId: '1001', pair: 'BTC-USDT', state: value, ...reason, ...fields }
}

function appendAll(journal: Journal, records: readonly JournalRecord[]): void {
  for (const record of records) journal.append(record)
}

async function collect(lines: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const line of lines) text += line
  return text
}

describe('what an earlier process left', () => {
  test('a new journal has nothing, and is its owner’s alone', async () => {
    const { recovered } = await open()
    expect(recovered.orders).toEqual([])
    expect(recovered.highestClientOrderId).toBeUndefined()
    expect(recovered.lastMs).toBeUndefined()
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  })

  test('an order that is not done is there with its state, its answer and its fills, drained or not', async () => {
    const journal = await open()
    const drained = [orderRecord(), answer(), state('open', { exchangeOrderId: '88' })]
    appendAll(journal, drained)
    await journal.flush()
    clock.advance(5)
    appendAll(journal, [
      fillRecord(),
      state('partiallyFilled'),
      orderRecord({ clientOrderId: '1002', price: undefined }),
    ])
    const { recovered } = await open({ folder: asKilled() })
    const [first, second] = recovered.orders
    expect(recovered.orders.length).toBe(2)
    expect(first).toMatchObject({ ...orderRecord(), state: 'partiallyFilled', exchangeOrderId: '88' })
    expect(first).toMatchObject({ wasAnswered: true, placeOutcome: 'accepted', fills: [fillRecord()] })
    expect(second).toMatchObject({
      clientOrderId: '1002',
      price: undefined,
      state: 'pendingCreate',
      fills: [],
    })
    expect(second).toMatchObject({ wasAnswered: false, placeOutcome: undefined })
    expect(recovered.highestClientOrderId).toBe('1002')
    expect(recovered.lastMs).toBe(clock.nowMs())
    expect(recovered.lastSequence).toBe(6)
    expect(recovered.corruptTails).toEqual([])
  })

  test('an order that ended is not there, unless it turned out to live', async () => {
    const journal = await open()
    for (const [i, end] of (['canceled', 'filled', 'failed'] as const).entries()) {
      const clientOrderId = String(2000 + i)
      appendAll(journal, [
        orderRecord({ clientOrderId }),
        state(end, { clientOrderId, code: 'X', message: 'why' }),
      ])
    }
    journal.append(state('open', { clientOrderId: '2002' }))
    const { recovered } = await open({ folder: asKilled() })
    expect(recovered.orders.map((order) => [order.clientOrderId, order.state])).toEqual([['2002', 'open']])
  })

  test('a refused cancel and a place that was not sent are told apart', async () => {
    const journal = await open()
    appendAll(journal, [orderRecord(), answer({ outcome: 'not-sent', exchangeOrderId: undefined })])
    journal.append(answer({ request: 'cancel', outcome: 'rejected', exchangeOrderId: undefined }))
    const [order] = (await open({ folder: asKilled() })).recovered.orders
    expect(order).toMatchObject({ placeOutcome: 'not-sent', cancelOutcome: 'rejected', wasAnswered: true })
  })

  test('the highest client order id is the highest number, and ids of other shapes do not count', async () => {
    const journal = await open()
    const ids = [
      '999',
      '10000',
      'web_99999999',
      '9999',
      '99999999999999999999',
      '020000',
      '18446744073709551615x',
    ]
    appendAll(
      journal,
      ids.map((clientOrderId) => orderRecord({ clientOrderId })),
    )
    expect((await open({ folder: asKilled() })).recovered.highestClientOrderId).toBe('10000')
  })

  test('balances and open positions are there as last recorded', async () => {
    const journal = await open()
    const balance = { kind: 'balance', asset: 'USDT', total: '10.5', atMs: 1 } as const
    const position = {
      kind: 'position',
      pair: 'BTC-USDT',
      amount: '-0.5',
      entryPrice: '99',
      atMs: 2,
    } as const
    appendAll(journal, [balance, { ...balance, total: '11' }, position])
    appendAll(journal, [
      { ...position, pair: 'ETH-USDT' },
      { ...position, pair: 'ETH-USDT', amount: '0.000' },
    ])
    const { recovered } = await open({ folder: asKilled() })
    expect([...recovered.balances.values()]).toEqual([{ ...balance, total: '11' }])
    expect([...recovered.positions.values()]).toEqual([position])
  })

  test('a fill that was recorded without its fee takes the first fee that is recorded', async () => {
    const journal = await open()
    const without = fillRecord({ feeAsset: undefined, feeAmount: undefined })
    appendAll(journal, [orderRecord(), fillRecord({ tradeId: '0', feeAmount: '0.1' }), without])
    const before = await journal.history({ kind: 'fills', order: 'oldest' })
    expect(before.rows.map(({ feeAmount }) => feeAmount)).toEqual(['0.1', undefined])
    appendAll(journal, [
      fillRecord({ feeAmount: '0.3' }),
      fillRecord({ feeAmount: '0.9', price: '7' }),
      without,
      fillRecord({ tradeId: '0', feeAmount: '0.2' }),
    ])
    for (const one of [journal, await open({ folder: asKilled() })]) {
      const { rows } = await one.history({ kind: 'fills', order: 'oldest' })
      expect(rows).toEqual([fillRecord({ tradeId: '0', feeAmount: '0.1' }), fillRecord({ feeAmount: '0.3' })])
      const [profit] = await one.profitAndLoss()
      expect([profit?.fills, String(profit?.fees.get('USDT'))]).toEqual([2, '0.4'])
    }
  })

  test('two own orders that traded with each other have a fill each', async () => {
    const journal = await open()
    const both = [
      fillRecord(),
      fillRecord({ clientOrderId: '1002', tradeType: 'sell', feeAmount: '-0.02', isMaker: true }),
    ]
    appendAll(journal, [orderRecord(), orderRecord({ clientOrderId: '1002', tradeType: 'sell' }), ...both])
    for (const one of [journal, await open({ folder: asKilled() })]) {
      expect((await one.history({ kind: 'fills', order: 'oldest' })).rows).toEqual(both)
      const [profit] = await one.profitAndLoss()
      expect([String(profit?.position), String(profit?.fees.get('USDT'))]).toEqual(['0', '0.02'])
    }
  })

  test('orders that are done are there when a fee of the last day is not known', async () => {
    const journal = await open()
    const day = 24 * 3_600_000
    const withoutFee = { feeAsset: undefined, feeAmount: undefined }
    for (const [id, fields] of [
      ['1', { ...withoutFee, fillMs: clock.nowMs() - day - 1_000 }],
      ['2', { ...withoutFee, fillMs: clock.nowMs() }],
      ['3', { fillMs: clock.nowMs() }],
    ] as const) {
      appendAll(journal, [
        orderRecord({ clientOrderId: id }),
        fillRecord({ clientOrderId: id, tradeId: id, ...fields }),
        state('filled', { clientOrderId: id }),
      ])
    }
    const { recovered } = await open({ folder: asKilled() })
    expect(recovered.orders).toEqual([])
    expect(recovered.ordersWithoutFees).toMatchObject([
      { clientOrderId: '2', state: 'filled', fills: [{ tradeId: '2', feeAmount: undefined }] },
    ])
  })

  test('a database of version 1 keeps its fills, and takes both fills of one trade from then on', async () => {
    const journal = await open()
    appendAll(journal, [orderRecord(), fillRecord(), fillRecord({ tradeId: '2' })])
    await journal.flush()
    const old = asKilled('old')
    const database = new Database(join(old, 'history.db'))
    database.exec(`
      CREATE TABLE kept AS SELECT * FROM fills ORDER BY rowid;
      DROP TABLE fills;
      CREATE TABLE fills (
        sequence INTEGER NOT NULL, pair TEXT NOT NULL, trade_id TEXT NOT NULL, client_order_id TEXT NOT NULL,
        exchange_order_id TEXT, trade_type TEXT NOT NULL, position_action TEXT NOT NULL, price TEXT NOT NULL,
        amount TEXT NOT NULL, fee_asset TEXT, fee_amount TEXT, is_maker INTEGER NOT NULL, fill_ms INTEGER NOT NULL,
        UNIQUE (pair, trade_id));
      CREATE INDEX fills_by_time ON fills (fill_ms, sequence);
      CREATE INDEX fills_by_pair ON fills (pair, fill_ms, sequence);
      CREATE INDEX fills_by_order ON fills (client_order_id);
      INSERT INTO fills SELECT * FROM kept;
      DROP TABLE kept;
      PRAGMA user_version = 1;`)
    database.close()
    const later = await open({ folder: old })
    const other = fillRecord({ clientOrderId: '1002' })
    later.append(other)
    expect((await later.history({ kind: 'fills', order: 'oldest' })).rows).toEqual([
      fillRecord(),
      fillRecord({ tradeId: '2' }),
      other,
    ])
  })

  test('fills and funding payments are known again, by pair and id', async () => {
    const journal = await open()
    const funding = {
      kind: 'funding',
      pair: 'BTC-USDT',
      paymentId: 'p1',
      asset: 'USDT',
      amount: '-1',
      paidMs: 5,
    } as const
    appendAll(journal, [fillRecord({ tradeId: 't1' }), funding])
    for (const one of [journal, await open({ folder: asKilled() })]) {
      expect(one.hasFill('BTC-USDT', 't1')).toBe(true)
      expect(one.hasFill('ETH-USDT', 't1')).toBe(false)
      expect(one.hasFill('BTC-USDT', 'p1')).toBe(false)
      expect(one.hasFunding('BTC-USDT', 'p1')).toBe(true)
      expect(one.hasFunding('BTC-USDT', 't1')).toBe(false)
    }
  })

  test('a fill that is recorded twice is on record once', async () => {
    const journal = await open()
    appendAll(journal, [fillRecord(), fillRecord({ price: '999' })])
    expect((await journal.history({ kind: 'fills' })).rows).toEqual([fillRecord()])
  })
})

describe('one holder, one account', () => {
  test('a folder that is open is refused to everybody else, and the holder is named', async () => {
    const journal = await open()
    const held = {
      code: 'QTX_JOURNAL_BUSY',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    }
    await expect(open()).rejects.toMatchObject(held)
    await journal.close()
    await (await open()).close()
  })

  test('a folder of another account is refused, and nothing in it is changed', async () => {
    const journal = await open()
    journal.append(orderRecord())
    await journal.flush()
    for (const copy of [asKilled('whole'), withoutDatabase(asKilled('segments'))]) {
      const before = readdirSync(copy).toSorted()
      const refused = {
        code: 'QTX_CONFIG_INVALID',
        message: expect.stringContaining('binance:test') as string,
      }
      await expect(open({ folder: copy, account: 'bybit:other' })).rejects.toMatchObject(refused)
      expect(readdirSync(copy).toSorted()).toEqual(before)
      expect((await open({ folder: copy })).recovered.orders.length).toBe(1)
    }
  })

  test.each([
    ['segmentBytes', { segmentBytes: 100_000 }],
    ['segmentBytes', { segmentBytes: 0 }],
    ['account', { account: '' }],
    ['account', { account: 'x'.repeat(300) }],
  ])('an option that makes no sense is refused: %s %o', async (name, options) => {
    const refused = { code: 'QTX_CONFIG_INVALID', message: expect.stringContaining(name) as string }
    await expect(open(options)).rejects.toMatchObject(refused)
    expect(existsSync(folder)).toBe(false)
  })

  test('a folder that cannot be made is said', async () => {
    writeFileSync(folder, 'a file')
    await expect(open()).rejects.toMatchObject({ code: 'QTX_JOURNAL_FAILED' })
  })
})

describe('damage', () => {
  /** Ten orders, as a killed process left them, in segments alone. */
  async function tenOrders(): Promise<{ copy: string; bytes: Buffer; end: number }> {
    const journal = await open()
    appendAll(
      journal,
      Array.from({ length: 10 }, (_, i) => orderRecord({ clientOrderId: String(3000 + i) })),
    )
    const copy = withoutDatabase(asKilled())
    const bytes = readFileSync(join(copy, FIRST_SEGMENT))
    return { copy, bytes, end: bytes.findLastIndex((byte) => byte !== 0) + 1 }
  }

  test('a record that a kill cut off is kept aside and said; what stands before it is recovered', async () => {
    const { copy, bytes, end } = await tenOrders()
    const started = Buffer.from('0000000012345678payload', 'latin1')
    started.fill(0, 0, 8)
    started.copy(bytes, (end + 7) & ~7)
    writeFileSync(join(copy, FIRST_SEGMENT), bytes)
    const journal = await open({ folder: copy })
    expect(journal.recovered.orders.length).toBe(10)
    const keptAs = `${FIRST_SEGMENT}.corrupt-${clock.nowMs()}`
    expect(journal.recovered.corruptTails).toEqual([
      {
        file: FIRST_SEGMENT,
        keptAs,
        kind: 'cut',
        reason: 'the last record was not finished',
        bytes: started.length,
      },
    ])
    expect(readFileSync(join(copy, keptAs))).toEqual(started)
    expect(said).toEqual([expect.stringContaining('unfinished record')])
    await journal.close()
    const again = await open({ folder: copy })
    expect(again.recovered.corruptTails).toEqual([])
    expect(again.recovered.orders.length).toBe(10)
  })

  test('a changed byte ends what is read of its file; the file after it is read', async () => {
    const first = await tenOrders()
    await (await open({ folder: first.copy })).close()
    const journal = await open({ folder: first.copy })
    journal.append(orderRecord({ clientOrderId: '4000' }))
    const copy = withoutDatabase(first.copy)
    const damaged = readFileSync(join(copy, FIRST_SEGMENT))
    damaged[first.end - 20]! ^= 0x10
    const together = join(root, 'together')
    cpSync(copy, together, { recursive: true })
    writeFileSync(join(together, FIRST_SEGMENT), damaged)
    const { recovered } = await open({ folder: together })
    const ids = recovered.orders.map(({ clientOrderId }) => clientOrderId)
    expect(ids).toEqual([...Array.from({ length: 9 }, (_, i) => String(3000 + i)), '4000'])
    expect(recovered.corruptTails).toMatchObject([{ file: FIRST_SEGMENT, kind: 'corrupt' }])
    expect(said).toContainEqual(expect.stringContaining('damaged'))
  })

  test('a file whose header is damaged is kept whole', async () => {
    const { copy, bytes } = await tenOrders()
    bytes[3]! ^= 1
    writeFileSync(join(copy, FIRST_SEGMENT), bytes)
    const { recovered } = await open({ folder: copy })
    expect(recovered.orders).toEqual([])
    expect(recovered.corruptTails).toMatchObject([
      { file: FIRST_SEGMENT, kind: 'corrupt', bytes: SEGMENT_BYTES },
    ])
    expect(readFileSync(join(copy, recovered.corruptTails[0]!.keptAs))).toEqual(bytes)
  })

  test('a file that was shortened is said, even where no record is cut', async () => {
    const { copy, bytes, end } = await tenOrders()
    writeFileSync(join(copy, FIRST_SEGMENT), bytes.subarray(0, end))
    const { recovered } = await open({ folder: copy })
    expect(recovered.orders.length).toBe(10)
    expect(recovered.corruptTails).toMatchObject([{ kind: 'cut', bytes: 0 }])
  })

  test('an empty file in the place of a segment hurts nobody', async () => {
    const { copy } = await tenOrders()
    writeFileSync(join(copy, '00000002.segment'), '')
    const journal = await open({ folder: copy })
    expect(journal.recovered.orders.length).toBe(10)
    expect(journal.recovered.corruptTails).toMatchObject([
      { file: '00000002.segment', kind: 'cut', bytes: 0 },
    ])
    expect(journal.statistics().segment).toBe(3)
  })

  test.each([
    ['is none', () => Buffer.from('this is no database, and it is longer than a header is'.repeat(100))],
    ['has damaged pages', (bytes: Buffer) => bytes.fill(0xa5, 4_096, Math.min(bytes.length, 40_960))],
  ])(
    'a database that %s is kept aside and made again from the files that are left',
    async (_what, damage) => {
      const journal = await open()
      appendAll(journal, [orderRecord(), fillRecord()])
      await journal.close()
      const path = join(folder, 'history.db')
      const damaged = damage(readFileSync(path))
      writeFileSync(path, damaged)
      const again = await open()
      expect(again.recovered.databaseKeptAs).toBe(`${path}.corrupt-${clock.nowMs()}`)
      expect(readFileSync(`${path}.corrupt-${clock.nowMs()}`)).toEqual(damaged)
      expect(again.recovered.orders).toMatchObject([{ clientOrderId: '1001', fills: [{ tradeId: '1' }] }])
      expect(said).toEqual([expect.stringContaining('unreadable')])
      again.append(orderRecord({ clientOrderId: '1003' }))
      expect((await again.history({ kind: 'orders' })).rows.length).toBe(2)
    },
  )

  test('a journal goes on after its database and its records are lost', async () => {
    const journal = await open()
    appendAll(journal, [orderRecord(), orderRecord({ clientOrderId: '5' })])
    await journal.close()
    const empty = await open()
    await empty.close()
    withoutDatabase(folder)
    rmSync(join(folder, FIRST_SEGMENT))
    const again = await open()
    again.append(orderRecord({ clientOrderId: '6' }))
    expect((await again.history({ kind: 'orders' })).rows.map((row) => row.clientOrderId)).toEqual(['6'])
  })
})

describe('writing', () => {
  test('records drain by themselves, soon after they were appended', async () => {
    const journal = await open()
    journal.append(orderRecord())
    expect(journal.statistics()).toMatchObject({ appended: 1, drained: 0, pendingRecords: 1 })
    clock.advance(20)
    await until(() => journal.statistics().pendingRecords === 0)
    expect(journal.statistics()).toMatchObject({ appended: 1, drained: 1, lastDrainError: undefined })
    expect(clock.pending).toBe(0)
  })

  test('files are changed as they fill; drained ones go, but for the newest', async () => {
    const journal = await open()
    const count = 3_000
    for (let i = 1; i <= count; i++) journal.append(fillRecord({ tradeId: String(i) }))
    expect(journal.statistics().segment).toBeGreaterThan(4)
    expect(journal.statistics().segments).toBe(journal.statistics().segment)
    await journal.flush()
    expect(journal.statistics().segments).toBe(2)
    await journal.close()
    expect(readdirSync(folder).filter((name) => name.endsWith('.segment')).length).toBe(2)
    const again = await open()
    expect(again.recovered.lastSequence).toBe(count)
    expect((await again.profitAndLoss())[0]?.fills).toBe(count)
  })

  test('a text that is too long is refused and leaves no trace; a message of the exchange is cut', async () => {
    const journal = await open()
    const tooLong = orderRecord({ clientOrderId: 'x'.repeat(2_000) })
    expect(() => journal.append(tooLong)).toThrow(
      expect.objectContaining({ code: 'QTX_JOURNAL_FAILED' }) as Error,
    )
    const wide = orderRecord({ clientOrderId: 'é'.repeat(800) })
    expect(() => journal.append(wide)).toThrow(
      expect.objectContaining({ code: 'QTX_JOURNAL_FAILED' }) as Error,
    )
    const badWord = orderRecord({ orderType: 'stop' as 'limit' })
    expect(() => journal.append(badWord)).toThrow(
      expect.objectContaining({ code: 'QTX_JOURNAL_FAILED' }) as Error,
    )
    journal.append(answer({ outcome: 'rejected', message: '…'.repeat(5_000) }))
    const killed = await open({ folder: asKilled() })
    expect(killed.recovered.corruptTails).toEqual([])
    const [change] = (await killed.history({ kind: 'changes' })).rows
    expect(change?.message).toBe('…'.repeat(341))
  })

  test('when the next file cannot be made the record is refused, and is not lost silently', async () => {
    const journal = await open()
    await journal.flush()
    rmSync(folder, { recursive: true })
    let refused = 0
    let taken = 0
    for (let i = 0; i < 1_000; i++) {
      try {
        journal.append(fillRecord({ tradeId: String(i) }))
        taken++
      } catch (error) {
        expect(error).toMatchObject({ code: 'QTX_JOURNAL_FAILED' })
        refused++
      }
    }
    expect(refused).toBeGreaterThan(0)
    expect(journal.statistics().appended).toBe(taken)
    expect(journal.hasFill('BTC-USDT', '999')).toBe(false)
    mkdirSync(folder)
    journal.append(fillRecord({ tradeId: 'again' }))
    expect(journal.hasFill('BTC-USDT', 'again')).toBe(true)
  })

  test('a database that is held by somebody else is waited for; the files keep everything meanwhile', async () => {
    const journal = await open()
    await journal.flush()
    const other = new Database(join(folder, 'history.db'))
    try {
      other.exec('BEGIN IMMEDIATE')
      journal.append(orderRecord())
      clock.advance(20)
      await until(() => journal.statistics().lastDrainError !== undefined)
      await until(() => clock.pending === 1)
      journal.append(fillRecord())
      await expect(journal.flush()).rejects.toMatchObject({ code: 'QTX_JOURNAL_FAILED' })
      clock.advance(100)
      await until(() => clock.pending === 1)
      expect(journal.statistics()).toMatchObject({ pendingRecords: 2 })
      expect(said).toEqual([expect.stringContaining('refuses records')])
      other.exec('COMMIT')
      clock.advance(200)
      await until(() => journal.statistics().pendingRecords === 0)
      expect(journal.statistics().lastDrainError).toBeUndefined()
    } finally {
      other.close()
    }
  })

  test('with syncToDisk the same is on record', async () => {
    const journal = await open({ syncToDisk: true })
    for (let i = 0; i < 700; i++) journal.append(fillRecord({ tradeId: String(i) }))
    await journal.flush()
    await journal.close()
    const again = await open({ syncToDisk: true })
    expect((await again.profitAndLoss())[0]?.fills).toBe(700)
    expect(again.recovered.corruptTails).toEqual([])
  })

  test('after close() everything is in the database, and nothing is taken', async () => {
    const journal = await open()
    journal.append(orderRecord())
    const closing = journal.close()
    expect(() => journal.append(orderRecord())).toThrow(
      expect.objectContaining({ code: 'QTX_STATE_INVALID' }) as Error,
    )
    await closing
    await journal.close()
    await expect(journal.history({ kind: 'orders' })).rejects.toMatchObject({ code: 'QTX_STATE_INVALID' })
    const database = new Database(join(folder, 'history.db'))
    expect(database.prepare('SELECT count(*) AS n FROM orders').get()).toMatchObject({ n: 1 })
    database.close()
  })
})

describe('history', () => {
  async function somePast(): Promise<Journal> {
    const journal = await open()
    for (let i = 0; i < 7; i++) {
      const clientOrderId = String(100 + i)
      const pair = i % 2 === 0 ? 'BTC-USDT' : 'ETH-USDT'
      journal.append(orderRecord({ clientOrderId, pair, createdMs: 1_000 + Math.floor(i / 2) }))
      if (i < 3) journal.append(state('filled', { clientOrderId, pair, atMs: 2_000 }))
    }
    return journal
  }

  test('pages join without a gap or a repetition, both ways, also within one millisecond', async () => {
    const journal = await somePast()
    for (const order of ['oldest', 'newest'] as const) {
      const ids: string[] = []
      let cursor: string | undefined
      do {
        const page = await journal.history({ kind: 'orders', order, limit: 2, cursor })
        ids.push(...page.rows.map((row) => row.clientOrderId))
        cursor = page.next
      } while (cursor !== undefined)
      const expected = ['100', '101', '102', '103', '104', '105', '106']
      expect(ids).toEqual(order === 'oldest' ? expected : expected.toReversed())
    }
  })

  test('a query keeps to its pair, time, order and state', async () => {
    const journal = await somePast()
    const ids = async (query: object) => {
      const { rows, next } = await journal.history({ kind: 'orders', order: 'oldest', ...query })
      expect(next).toBeUndefined()
      return rows.map((row) => row.clientOrderId)
    }
    expect(await ids({ pair: 'ETH-USDT' })).toEqual(['101', '103', '105'])
    expect(await ids({ fromMs: 1_001, toMs: 1_003 })).toEqual(['102', '103', '104', '105'])
    expect(await ids({ state: 'filled' })).toEqual(['100', '101', '102'])
    expect(await ids({ state: 'filled', pair: 'BTC-USDT', fromMs: 1_001 })).toEqual(['102'])
    expect(await ids({ clientOrderId: '104' })).toEqual(['104'])
    expect(await ids({ pair: "' OR 1=1 --" })).toEqual([])
    expect((await journal.history({ kind: 'changes', clientOrderId: '101' })).rows).toMatchObject([
      { kind: 'state', state: 'filled', pair: 'ETH-USDT', atMs: 2_000 },
    ])
  })

  test.each([
    [{ limit: 0 }],
    [{ limit: 1_001 }],
    [{ fromMs: Number.NaN }],
    [{ cursor: 'x' }],
    [{ kind: 'funding', clientOrderId: '1' }],
    [{ kind: 'fills', state: 'open' }],
    [{ kind: 'constructor' }],
  ])('a query that cannot be asked is refused: %o', async (query) => {
    const journal = await open()
    await expect(journal.history({ kind: 'orders', ...query } as never)).rejects.toMatchObject({
      code: 'QTX_CONFIG_INVALID',
    })
  })

  test('decimals come back exactly as they were recorded', async () => {
    const journal = await open()
    const exact = { price: '0.10000000000000000000000000000000001', amount: '1000000000000000000000.5000' }
    journal.append(fillRecord(exact))
    expect((await journal.history({ kind: 'fills' })).rows[0]).toMatchObject(exact)
  })

  test('profit and loss is told by pair, with the range’s fees and funding and the position of all fills', async () => {
    const journal = await open()
    const funding = { kind: 'funding', paymentId: 'p', asset: 'USDT', amount: '-0.5', paidMs: 40 } as const
    appendAll(journal, [
      // Fetched late: the earlier fill is recorded after the later one.
      fillRecord({ tradeId: '2', tradeType: 'sell', amount: '1', price: '120', fillMs: 30 }),
      fillRecord({ tradeId: '1', tradeType: 'buy', amount: '3', price: '100', fillMs: 10 }),
      fillRecord({ tradeId: '1', pair: 'ETH-USDT', amount: '1', price: '5', fillMs: 10 }),
      { ...funding, pair: 'BTC-USDT' },
    ])
    const all = await journal.profitAndLoss({ fromMs: 20 })
    expect(all.map(({ pair }) => pair)).toEqual(['BTC-USDT', 'ETH-USDT'])
    const [btc] = all
    expect([btc?.fills, String(btc?.realizedPnl), String(btc?.position)]).toEqual([1, '20', '2'])
    expect([String(btc?.entryPrice), String(btc?.netPnl.get('USDT'))]).toEqual(['100', '19.46'])
    expect((await journal.profitAndLoss({ pair: 'ETH-USDT', toMs: 10 })).length).toBe(0)
  })

  test('an export has every row: CSV that a spreadsheet reads as text, and JSON lines', async () => {
    const journal = await open()
    const atMs = 7
    const message = '=HYPERLINK("x"), \n"quoted"'
    journal.append(state('failed', { code: '-2010', message, atMs }))
    for (let i = 0; i < 120; i++) journal.append(fillRecord({ tradeId: String(i), fillMs: i }))
    expect(await collect(journal.export({ kind: 'changes', format: 'csv' }))).toBe(
      'atMs,kind,pair,clientOrderId,exchangeOrderId,request,outcome,state,code,message\n' +
        '7,state,BTC-USDT,1001,,,,failed,-2010,"\'=HYPERLINK(""x""), \n""quoted"""\n',
    )
    const lines = (await collect(journal.export({ kind: 'fills', format: 'jsonl', order: 'oldest' }))).split(
      '\n',
    )
    expect(lines.pop()).toBe('')
    expect(lines.length).toBe(120)
    expect(JSON.parse(lines[119]!)).toMatchObject({
      tradeId: '119',
      price: '100',
      isMaker: false,
      feeAmount: '0.04',
    })
    expect((await collect(journal.export({ kind: 'orders', format: 'jsonl' }))).length).toBe(0)
  })
})

test('the database’s library is loaded when a journal is opened, and not before', async () => {
  const program = `
    import { createRequire } from 'node:module'
    import { SystemClock } from './src/common/clock.ts'
    import { silentLogger as logger } from './src/common/log.ts'
    import { Journal } from './src/journal/journal.ts'
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('libsql'))
    const before = loaded()
    const folder = process.argv.at(-1)
    await (await Journal.open({ folder, account: 'a', clock: new SystemClock(), logger })).close()
    console.log(before, loaded())`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program, folder]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout).toBe('false true\n')
})

test('a segment begins with its header and has the size that was asked for', async () => {
  await open({ segmentBytes: 2 * SEGMENT_BYTES })
  const bytes = readFileSync(join(folder, FIRST_SEGMENT))
  expect(bytes.length).toBe(2 * SEGMENT_BYTES)
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('QTXJRNL\n')
  expect(bytes.subarray(HEADER_BYTES).every((byte) => byte === 0)).toBe(true)
})
