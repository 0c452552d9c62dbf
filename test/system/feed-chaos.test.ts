import { describe, expect, test } from 'vitest'
import { silentLogger, type Logger } from '../../src/common/log.ts'
import { OrderBookTracker } from '../../src/connector/order-book-tracker.ts'
import { FeedPool } from '../../src/qtx/feed/feed-pool.ts'
import type { FeedStatistics } from '../../src/qtx/feed/feed-statistics.ts'
import { QtxMarketDataSource } from '../../src/qtx/overrides/qtx-market-data-source.ts'
import { ChaosMarket } from '../support/chaos-market.ts'
import { ChaosPeer, type AnswerFate } from '../support/chaos-peer.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { seededRandom } from '../support/generated-market.ts'
import { flat } from '../support/market-call.ts'
import { until } from '../support/until.ts'

const PAIRS = ['BTC-USDT', 'ETH-USDT', 'DOGE-USDT']
const STEP_MS = 20
const CHAOS_STEPS = 1_200
/** Longer than the silence, the slowest retry of a test, and two comparisons with a snapshot together. */
const CALM_STEPS = 2_000
const STEPS = CHAOS_STEPS + CALM_STEPS
const VERIFY_MS = 4_000
const SILENCE_MS = 1_000

interface Rates {
  readonly loss: number
  readonly duplicates: number
  readonly reorder: number
  readonly garbage: number
  readonly strangers: number
  readonly restarts: number
  readonly silences: number
  readonly answers: number
}

const NONE: Rates = {
  loss: 0,
  duplicates: 0,
  reorder: 0,
  garbage: 0,
  strangers: 0,
  restarts: 0,
  silences: 0,
  answers: 0,
}

/** One pair in the run: what was told of it so far, and how true its book must be. */
interface PairRun {
  readonly market: ChaosMarket
  /** The market and the feed stand still until this step: all quiet. */
  silentUntil: number
  /** The newest step of which something was kept from the client, or came out of order. */
  faultStep: number
  /** The step of the newest snapshot that was given out. */
  snapshotStep: number
  /** The step of the newest snapshot that was applied. */
  seedStep: number
}

interface Held {
  readonly bytes: Buffer
  overtakers: number
}

interface Outcome {
  readonly exactChecks: number
  /** How often a live book was wrong after a fault that nothing had shown yet. */
  readonly wrongChecks: number
  readonly states: readonly string[]
  readonly statistics: FeedStatistics
}

/** Runs a market through real UDP into books, checking them at every step; the clock is the test's. */
async function runChaos(seed: number, rates: Partial<Rates>): Promise<Outcome> {
  const random = seededRandom(seed)
  const chance = (rate: number) => random() < rate
  let now: Rates = { ...NONE, ...rates }
  const runs: PairRun[] = PAIRS.map((pair, i) => ({
    market: new ChaosMarket(
      pair,
      `binance-futures:${pair.replace('-', '').toLowerCase()}`,
      seed * 10 + i,
      STEPS,
    ),
    silentUntil: 0,
    faultStep: 0,
    snapshotStep: 0,
    seedStep: 0,
  }))
  const peer = await ChaosPeer.open(
    runs.map(({ market }) => market.symbol),
    // Answers without a symbol, lost, from a server that gave the indices to other symbols: nobody can tell at once.
    chance(0.5) && now.restarts === 0 ? 'index' : 'named',
  )
  const clock = new FakeClock()
  let step = 20
  peer.drawAnswerFate = (): AnswerFate => {
    if (!chance(now.answers)) return 'sent'
    return (['lost', 'late', 'other-symbol'] as const)[Math.floor(random() * 3)]!
  }
  const source = new QtxMarketDataSource({
    feedPool: new FeedPool(),
    feed: {
      host: '127.0.0.1',
      port: peer.port,
      exchangeBackend: 'binance',
      silenceMs: SILENCE_MS,
      clock,
      random,
    },
    sizeFactorOf: () => 1,
    sequencesComparable: true,
    snapshot: (pair) => {
      const run = runs.find(({ market }) => market.pair === pair)!
      run.snapshotStep = step
      const { bids, asks } = run.market.states[step]!
      return Promise.resolve({ sequence: step, eventMs: 0, bids: flat(bids), asks: flat(asks) })
    },
  })
  const states: string[] = []
  const crossed: string[] = []
  // The one place where it is told that a snapshot has been applied, to a live book too.
  const onLog = (fields: object, message: string): void => {
    const run = runs.find(({ market }) => 'pair' in fields && fields.pair === market.pair)
    if (run && message.startsWith('the book was seeded')) run.seedStep = run.snapshotStep
  }
  const logger: Logger = { ...silentLogger, info: onLog, warn: onLog }
  const tracker = new OrderBookTracker({
    pairs: PAIRS,
    source,
    clock,
    logger,
    random,
    // A snapshot is always to be had, so that no book settles without one.
    options: { settleMs: 86_400_000, verifyMs: VERIFY_MS, snapshotRetry: { initialMs: 100, maxMs: 100 } },
    callbacks: {
      onStateChange: ({ pair, state, reason }) => {
        states.push(`${pair} ${state}: ${reason}`)
      },
      onUpdate: (view) => {
        if (view.bestBidPrice >= view.bestAskPrice) crossed.push(`${view.pair} at step ${step}`)
      },
    },
  })
  const received = async (): Promise<void> => {
    await peer.readRequests()
    await until(() => {
      // The receiver of Linux never sees strangers: the kernel turns them away.
      const { datagrams, dropped, receiver } = source.statistics!
      return datagrams === peer.sent && dropped.otherSender === (receiver === 'dgram' ? peer.strangers : 0)
    }, `step ${step} of seed ${seed}: ${peer.sent} datagrams`)
  }

  const held: Held[] = []
  const pass = (bytes: Buffer): void => {
    peer.send(bytes)
    for (const each of [...held]) {
      if (--each.overtakers > 0) continue
      held.splice(held.indexOf(each), 1)
      peer.send(each.bytes)
    }
  }
  const tell = (run: PairRun): void => {
    const index = peer.indexOf(run.market.symbol)
    for (const bytes of run.market.datagrams(step, index ?? 0)) {
      if (index === undefined || step < run.silentUntil || chance(now.loss)) {
        run.faultStep = step
        continue
      }
      if (chance(now.garbage)) peer.send(garbage(random, bytes))
      if (chance(now.strangers)) peer.sendAsStranger(bytes)
      if (chance(now.reorder)) {
        run.faultStep = step
        held.push({ bytes, overtakers: 1 + Math.floor(random() ** 2 * 60) })
        continue
      }
      pass(bytes)
      if (chance(now.duplicates)) pass(bytes)
    }
  }

  let exactChecks = 0
  let wrongChecks = 0
  await tracker.start()
  try {
    await received()
    for (step = 21; step <= STEPS; step++) {
      if (step === CHAOS_STEPS) {
        now = NONE
        for (const { bytes } of held.splice(0)) peer.send(bytes)
        peer.sendLateAnswers()
      }
      if (chance(now.restarts)) peer.restart()
      if (chance(now.silences)) {
        const isAll = chance(0.3)
        const one = runs[Math.floor(random() * runs.length)]
        for (const run of runs) if (isAll || run === one) run.silentUntil = step + Math.floor(random() * 120)
      }
      for (const run of runs) tell(run)
      if (chance(0.2)) peer.sendLateAnswers()
      await received()
      for (const run of runs) {
        const view = tracker.book(run.market.pair)
        if (view.state !== 'live' || step < run.silentUntil) continue
        const truth = run.market.states[step]!
        const best = [view.bids(1)[0], view.asks(1)[0]]
        const isTrue =
          JSON.stringify(best) === JSON.stringify([truth.bids[0], truth.asks[0]]) &&
          (!run.market.hasDepth(step) ||
            JSON.stringify([view.bids(), view.asks()]) === JSON.stringify([truth.bids, truth.asks]))
        if (run.faultStep >= run.seedStep) {
          if (!isTrue) wrongChecks++
          continue
        }
        exactChecks++
        if (!isTrue) {
          expect({
            at: `${view.pair}, step ${step}, seed ${seed}`,
            bids: view.bids(),
            asks: view.asks(),
          }).toEqual({
            at: `${view.pair}, step ${step}, seed ${seed}`,
            ...truth,
          })
        }
      }
      clock.advance(STEP_MS)
      await received()
    }
    expect(crossed, `seed ${seed}`).toEqual([])
    for (const { market } of runs) {
      const view = tracker.book(market.pair)
      expect([view.pair, view.state], `seed ${seed}: ${tracker.readiness(market.pair).reason}`).toEqual([
        market.pair,
        'live',
      ])
      expect({ bids: view.bids(), asks: view.asks() }, `seed ${seed}, ${market.pair}`).toEqual(
        market.states[STEPS],
      )
    }
    return { exactChecks, wrongChecks, states, statistics: source.statistics! }
  } finally {
    await tracker.stop()
    await peer.close()
  }
}

function garbage(random: () => number, bytes: Buffer): Buffer {
  const broken = Buffer.from(bytes)
  switch (Math.floor(random() * 6)) {
    case 0:
      return broken.subarray(0, Math.floor(random() * 40))
    case 1:
      return Buffer.concat([broken, Buffer.alloc(1 + Math.floor(random() * 16))])
    case 2:
      broken.writeInt32LE(-2, 0)
      return broken
    case 3:
      broken.writeInt32LE(1_000 + Math.floor(random() * 1_000), 4)
      return broken
    case 4:
      broken.writeDoubleLE(NaN, broken.length - 8)
      return broken
    default:
      return Buffer.from('what is this?')
  }
}

/** Every datagram of the server is a text, or malformed, or of nobody, or was applied, or was dropped for its number. */
function expectAccounted({
  datagrams,
  messages,
  dropped,
  answers,
  pairs,
  kernelDrops,
}: FeedStatistics): void {
  const texts = answers.matched + answers.late + answers.ambiguous + answers.unexpected
  expect(messages + dropped.short + dropped.length + dropped.type + dropped.value + texts).toBe(datagrams)
  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0)
  const numbered = pairs.map(
    ({ messages: applied, sequence }) => sum(applied) + sum(sequence.late) + sum(sequence.duplicates),
  )
  expect(numbered.reduce((a, b) => a + b, 0) + dropped.unknownIndex).toBe(messages)
  expect(kernelDrops).toBe(0)
}

/** Others are run by hand: `CHAOS_SEEDS=3,4,5 npx vitest run test/system/feed-chaos.test.ts`. */
const SEEDS = (process.env['CHAOS_SEEDS'] ?? '1,2').split(',').map(Number)

describe.each(SEEDS)('a feed in chaos, seed %i', (seed) => {
  test.each<[string, Partial<Rates>]>([
    ['duplicates, garbage and strangers', { duplicates: 0.1, garbage: 0.05, strangers: 0.05 }],
    ['loss and reordering', { loss: 0.01, reorder: 0.005 }],
    [
      'restarts with other indices, silences, lost, late and foreign answers',
      { restarts: 0.004, silences: 0.01, answers: 0.3 },
    ],
    [
      'everything at once',
      {
        loss: 0.003,
        duplicates: 0.05,
        reorder: 0.003,
        garbage: 0.02,
        strangers: 0.02,
        restarts: 0.002,
        silences: 0.004,
        answers: 0.3,
      },
    ],
  ])(
    '%s: a live book is the true one, or heals, and every datagram is accounted for',
    async (_name, rates) => {
      const { exactChecks, statistics } = await runChaos(seed, rates)
      expect(exactChecks).toBeGreaterThan(500)
      expectAccounted(statistics)
    },
  )
})
