import type { BenchContext } from './bench-context.ts'
import type { FeedLink } from './feed-link.ts'
import type { MeasuredTable } from './measured.ts'

/** Messages a second; each is a tenth more than the one before, or less. */
const RATES = [
  20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 135, 150, 165, 180, 200, 220, 240, 260, 280, 300, 330, 360,
  400, 440, 480, 520, 570, 620, 680, 740, 800, 880, 960, 1_060, 1_160, 1_280, 1_400, 1_550, 1_700, 1_900,
  2_100, 2_300, 2_500, 2_800, 3_100, 3_400, 3_700, 4_100,
].map((thousand) => thousand * 1_000)
const SECONDS = 0.2
const ROUNDS = 3
/** A rate that lost something is tried again, because the machine may have been busy with something else. */
const ATTEMPTS = 2
/** Whoever gets less is not tried again. */
const HOPEFUL = 0.9
/** Of a rate that was asked for. */
const SENT_ENOUGH = 0.95
/** Whoever has fallen further behind lives on the receive buffer, which a longer test would fill. */
const MOST_LAG_MS = 25

/** The highest rate at which nothing is lost and nobody falls behind, in rounds, the receivers taking turns. */
export async function measureRates(
  title: string,
  links: readonly FeedLink[],
  { isBrief }: BenchContext,
): Promise<MeasuredTable> {
  const rows = links.map((link) => ({ name: link.name, samples: [] as number[] }))
  for (let round = 0; round < (isBrief ? 1 : ROUNDS); round++) {
    for (const [i, link] of links.entries()) {
      const kept = isBrief ? await keptRate(link, RATES[0]!, 0.05) : await highestRate(link)
      rows[i]!.samples.push((kept ?? 0) / 1_000)
    }
  }
  const tried = `${RATES[0]! / 1_000} to ${RATES.at(-1)! / 1_000}`
  return {
    title: `Highest rate without loss, ${title}`,
    unit: 'thousand a second',
    rows,
    baseline: 'C recvmmsg',
    notes: [
      `Rates of ${tried} thousand, ${SECONDS} s each, by halving, up to ${ATTEMPTS} attempts a rate, ${ROUNDS} rounds: nothing lost, and the last message done with ${MOST_LAG_MS} ms after it was sent. Where the sender could not send faster, what it sent is shown.`,
    ],
  }
}

/** By halving the rates that are left. Ends where the sender cannot send faster. */
async function highestRate(link: FeedLink): Promise<number> {
  let highest = 0
  let from = 0
  let to = RATES.length
  while (from < to) {
    const middle = (from + to) >> 1
    const kept = await keptRate(link, RATES[middle]!, SECONDS)
    if (kept === undefined) {
      to = middle
    } else {
      highest = Math.max(highest, kept)
      if (kept < SENT_ENOUGH * RATES[middle]!) break
      from = middle + 1
    }
  }
  return highest
}

/** The rate that was sent, the best of some attempts; undefined when none of them succeeded. */
async function keptRate(link: FeedLink, perSecond: number, seconds: number): Promise<number | undefined> {
  const count = Math.round(perSecond * seconds)
  let best: number | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { received, lagMs, sentPerSecond } = await link.drainPaced(count, perSecond)
    if (received < HOPEFUL * count || lagMs > MOST_LAG_MS / (1 - HOPEFUL)) break
    if (received < count || lagMs > MOST_LAG_MS) continue
    best = Math.max(best ?? 0, sentPerSecond)
    if (sentPerSecond >= SENT_ENOUGH * perSecond) break
  }
  return best
}
