import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SystemClock } from '../../src/common/clock.ts'
import { silentLogger } from '../../src/common/log.ts'
import type { HistoryKind, HistoryRows } from '../../src/journal/history.ts'
import { Journal } from '../../src/journal/journal.ts'
import { until } from '../support/until.ts'
import { PATTERN_ACCOUNT, PATTERN_SEGMENT_BYTES, patternRecord } from '../support/journal-pattern.ts'

const PROGRAM = fileURLToPath(new URL('../support/journal-process.ts', import.meta.url))
const ROUNDS = 3
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qtx-journal-kill-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function openJournal(): Promise<Journal> {
  return Journal.open({
    folder,
    account: PATTERN_ACCOUNT,
    segmentBytes: PATTERN_SEGMENT_BYTES,
    clock: new SystemClock(),
    logger: silentLogger,
  })
}

/** Runs the program until it has reported so many more records, then kills it. Returns the last that it reported. */
async function killAfter(mode: string, records: number): Promise<{ opened: number; reported: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, folder, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let opened = -1
  let reported = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, number] = line.split(' ')
    if (word === 'opened') opened = Number(number)
    reported = Number(number)
    // What is still in the pipe counts too: reading goes on to its end.
    if (reported >= opened + records) child.kill('SIGKILL')
  }
  expect((await exited)[1]).toBe('SIGKILL')
  return { opened, reported }
}

/** Starts the program on what was left, and kills it so many turns of the event loop after it has taken the lock. */
async function killWhileOpening(turns: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, folder, 'steady'], { stdio: 'ignore' })
  const exited = once(child, 'exit')
  const holder = `${String(child.pid)}\n`
  await until(() => readFileSync(join(folder, 'lock'), 'utf8') === holder, 'the lock')
  for (let i = 0; i < turns; i++) await turn()
  child.kill('SIGKILL')
  await exited
}

async function readAll<Kind extends HistoryKind>(journal: Journal, kind: Kind): Promise<HistoryRows[Kind][]> {
  const rows: HistoryRows[Kind][] = []
  let cursor: string | undefined
  do {
    const page = await journal.history({ kind, order: 'oldest', limit: 1_000, cursor })
    rows.push(...page.rows)
    cursor = page.next
  } while (cursor !== undefined)
  return rows
}

/** Everything that the database has must be the pattern from 1 to the last sequence number, each record once. */
async function expectWholePattern(journal: Journal, lastSequence: number): Promise<void> {
  const expected = Array.from({ length: lastSequence }, (_, i) => patternRecord(i + 1))
  const orders = await readAll(journal, 'orders')
  const wanted = expected.filter((record) => record.kind === 'order')
  expect(orders.length).toBe(wanted.length)
  expect(orders.every((order, i) => order.clientOrderId === wanted[i]?.clientOrderId)).toBe(true)
  expect(orders.at(-1)).toMatchObject(wanted.at(-1)!)
  expect(await readAll(journal, 'fills')).toEqual(expected.filter(({ kind }) => kind === 'fill'))
  expect(await readAll(journal, 'changes')).toEqual(expected.filter(({ kind }) => kind === 'answer'))
  expect(await readAll(journal, 'funding')).toEqual(expected.filter(({ kind }) => kind === 'funding'))
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

describe.skipIf(process.platform !== 'linux')('kill -9 (on Linux)', () => {
  test.each([
    { mode: 'burst', when: 'while files are changed without a pause', seed: 1, most: 20_000 },
    { mode: 'burst', when: 'soon after it has begun', seed: 2, most: 600 },
    { mode: 'steady', when: 'while the database is written', seed: 3, most: 6_000 },
    { mode: 'steady', when: 'while drained files are removed', seed: 4, most: 12_000 },
    { mode: 'closing', when: 'while it closes and opens', seed: 5, most: 3_000 },
  ])(
    'every record that was reported is there once and in order after a kill, $when (seed $seed)',
    async ({ mode, seed, most }) => {
      const random = seeded(seed)
      let lastSequence = 0
      for (let round = 0; round < ROUNDS; round++) {
        const { opened, reported } = await killAfter(mode, 1 + Math.floor(random() * most))
        expect(opened).toBe(lastSequence)
        const journal = await openJournal()
        lastSequence = journal.recovered.lastSequence
        expect(lastSequence).toBeGreaterThanOrEqual(reported)
        for (const { kind } of journal.recovered.corruptTails) expect(kind).toBe('cut')
        await expectWholePattern(journal, lastSequence)
        expect(journal.hasFill('BTC-USDT', 't1')).toBe(true)
        expect(journal.hasFill('BTC-USDT', `t${lastSequence + 10}`)).toBe(false)
        await journal.close()
      }
      const files = await readdir(folder)
      expect(files.filter((name) => name.endsWith('.segment')).length).toBeLessThanOrEqual(2)
      expect(files.filter((name) => name.endsWith('.spare'))).toEqual([])
    },
    180_000,
  )

  test('every record is there once and in order after kills while another process takes them over', async () => {
    const random = seeded(6)
    const { reported } = await killAfter('burst', 20_000)
    for (let round = 0; round < ROUNDS; round++) await killWhileOpening(Math.floor(random() * 300_000))
    const journal = await openJournal()
    const { lastSequence } = journal.recovered
    expect(lastSequence).toBeGreaterThanOrEqual(reported)
    await expectWholePattern(journal, lastSequence)
    await journal.close()
  }, 180_000)
})
