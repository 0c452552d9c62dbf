import { describe, expect, test } from 'vitest'
import { Decimal } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { BTC, ETH, FUNDING, type ContractWorld } from './contract-world.ts'

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

    test('I22: each payment is told once, paid by a long and received by a short, and is in the balance', async () => {
      const here = world()
      const { connector, record, clock } = here
      /** So far that sockets are taken for dead, and everything is fetched once they are back. */
      const leap = async () => {
        clock.leap(PAYMENTS_ASKED_AFTER_MS)
        await here.whileMarketPulses(() => until(() => connector.ready, 'the connector to be ready'))
      }
      for (const [index, side] of (['buy', 'sell'] as const).entries()) {
        const id = connector[side](BTC, '0.02', 'market', undefined, { positionAction: 'open' })
        await record.end(id)
        await here.untilAccountAgrees()
        here.engine.payFunding(here.symbol(BTC))
        const told = () => record.all('fundingPaymentCompleted')
        if (here.row.streamLacks.includes('fundingPayment')) await leap()
        await until(() => told().length > index, 'the payment').catch((e)=>{console.log(index,Date.now(), here.simulator.exchange.requests.slice(-60).map((r)=>`${r.atMs} ${r.method} ${r.path} ${JSON.stringify(r.parameters)}`).join('\n'));throw e})
        const close = connector[side === 'buy' ? 'sell' : 'buy'](BTC, '0.02', 'market')
        await record.end(close)
        await here.untilAccountAgrees()
      }
      // Whatever is fetched from now on is known.
      await leap()
      const value = new Decimal('0.02').mul(FUNDING.markPrices[BTC]!).mul(FUNDING.rate)
      expect(
        record.all('fundingPaymentCompleted').map(({ pair, asset, amount }) => [pair, asset, String(amount)]),
      ).toEqual([
        [BTC, 'USDT', String(value.neg().toDecimalPlaces(8))],
        [BTC, 'USDT', String(value.toDecimalPlaces(8))],
      ])
      const ids = record.all('fundingPaymentCompleted').map(({ paymentId }) => paymentId)
      expect(new Set(ids).size).toBe(2)
      await here.untilAccountAgrees()
    })
  })
}
