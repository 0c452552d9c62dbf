import { describe, expect, test } from 'vitest'
import type { StreamLack } from '../../src/exchanges/registry.ts'
import { Decimal, type TradingPair } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { BTC, ETH, FUNDING, type ContractWorld } from './contract-world.ts'
import type { HookNotes } from './hook-notes.ts'

/** Longer than the connector lets pass between two questions after funding payments. */
const PAYMENTS_ASKED_AFTER_MS = 130_000

export function describeFunding(world: () => ContractWorld): void {
  describe('funding', () => {
    test('info has the rate, both prices and the next time, as the exchange has them', () => {
      const { connector, nextFundingMs } = world()
      for (const pair of [BTC, ETH]) {
        const info = connector.fundingInfo(pair)!
        expect(info.pair).toBe(pair)
        expect(
          {
            rate: String(info.rate),
            markPrice: String(info.markPrice),
            indexPrice: String(info.indexPrice),
            nextFundingMs: info.nextFundingMs,
          },
          pair,
        ).toEqual({
          rate: String(FUNDING.rate),
          markPrice: String(FUNDING.markPrices[pair]),
          indexPrice: String(FUNDING.indexPrices[pair]),
          nextFundingMs,
        })
        expect(String(connector.price(pair, 'mark'))).toBe(String(FUNDING.markPrices[pair]))
        expect(String(connector.price(pair, 'index'))).toBe(String(FUNDING.indexPrices[pair]))
      }
    })

    test('I22: each payment is told once, paid by a long and received by a short; what the private stream lacks is fetched', async () => {
      const here = world()
      const { connector, record, clock, notes, row } = here
      const long = connector.buy(BTC, '0.02', 'limit', '60010')
      const short = connector.sell(ETH, '0.5', 'limit', '3000')
      await Promise.all([record.end(long), record.end(short)])
      await here.untilAccountAgrees(BTC)
      await here.untilAccountAgrees(ETH)
      for (const pair of [BTC, ETH]) here.engine.payFunding(here.symbol(pair))
      const told = () => record.all('fundingPaymentCompleted')
      const leap = async () => {
        clock.leap(PAYMENTS_ASKED_AFTER_MS)
        await here.whileMarketPulses(() => until(() => connector.ready, 'the connector to be ready'))
      }
      if (row.streamLacks.includes('fundingPayment')) await leap()
      await until(() => told().length >= 2, 'both payments')
      await here.untilAccountAgrees(BTC)
      await here.untilAccountAgrees(ETH)
      const lacks = lacksOf(notes)
      expect(row.streamLacks, 'nothing else is lacking').toEqual(expect.arrayContaining(lacks))
      const said = row.streamLacks.filter((lack) => !lacks.includes(lack))
      expect(row.fetchedWithinStream ?? [], 'the exchange’s stream does not say it').toEqual(
        expect.arrayContaining(said),
      )

      // What the history brings besides is known already.
      notes.fundingHistories.length = 0
      await leap()
      const isRead = (pair: TradingPair) => notes.fundingHistories.includes(pair)
      await until(() => isRead(BTC) && isRead(ETH), 'the history of both pairs to be read')
      await connector.stop()
      await here.start()
      expect(
        told()
          .map(({ pair, asset, amount }) => [pair, asset, String(amount)])
          .sort(),
      ).toEqual([
        [BTC, 'USDT', String(paid('0.02', BTC).neg())],
        [ETH, 'USDT', String(paid('0.5', ETH))],
      ])
      expect(new Set(told().map(({ paymentId }) => paymentId)).size).toBe(2)
    })
  })
}

/** What the funding of a position of that amount is worth. */
function paid(amount: string, pair: TradingPair): Decimal {
  return new Decimal(amount).mul(FUNDING.markPrices[pair]!).mul(FUNDING.rate).toDecimalPlaces(8)
}

/** What the private stream did not say of two fills and two funding payments. */
function lacksOf({ balances, positions, trades, fundingPayments }: HookNotes): StreamLack[] {
  const lacks: readonly (readonly [StreamLack, boolean])[] = [
    ['balance', balances.length === 0],
    ['availableBalance', balances.every(({ available }) => available === undefined)],
    ['position', positions.length === 0],
    ['fee', trades.every(({ fee }) => fee === undefined)],
    ['fundingPayment', fundingPayments.length === 0],
  ]
  return lacks.filter(([, isLacking]) => isLacking).map(([what]) => what)
}
