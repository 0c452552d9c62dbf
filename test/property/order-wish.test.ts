import fc from '../support/seeded-fast-check.ts'
import { expect, test } from 'vitest'
import { Decimal, ceilToStep, type DecimalInput } from '../../src/common/decimal.ts'
import { WishedNumbers, type OrderWish } from '../../src/connector/order-wish.ts'
import {
  assertOrderAllowed,
  quantizeAmount,
  quantizePrice,
  type TradingRule,
} from '../../src/connector/trading-rule.ts'
import { RecordEncoder, decodeRecord } from '../../src/journal/record-codec.ts'
import { RING, SLOT, slotOffset } from '../../src/wire/order-ring-layout.ts'
import { OrderSlots } from '../../src/wire/order-slot-codec.ts'
import type { SlotOrder } from '../../src/wire/order-slot-request.ts'

const RUNS = Number(process.env['QTX_PROPERTY_RUNS'] ?? 3_000)
const ID = '8392847102938471'
const PLACE_TIME = { low: 1, high: 407_041_123 }

const steps = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -8, max: 2 }).map((power) => new Decimal(10).pow(power)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(2, 5, 25, 125, 3), fc.integer({ min: -8, max: 1 }))
      .map(([count, power]) => new Decimal(10).pow(power).mul(count)),
  },
  { weight: 1, arbitrary: fc.constant(new Decimal('0.12345678901234567891')) },
)
const few = (...numbers: string[]) => fc.constantFrom(...numbers.map((text) => new Decimal(text)))
const rules: fc.Arbitrary<TradingRule> = fc
  .record({
    minPriceIncrement: steps,
    minBaseAmountIncrement: steps,
    minOrderSize: few('0', '0.001', '0.00123', '0.1234567890123456789', '5'),
    maxOrderSize: fc.option(few('100', '1e9', '1e7', '1e8', '999999.12345678901'), { nil: undefined }),
    minNotionalSize: few('0', '5', '100.5'),
  })
  .map(({ maxOrderSize, ...rest }) => ({
    ...rest,
    ...(maxOrderSize && { maxOrderSize }),
    pair: 'BTC-USDT',
    exchangeSymbol: 'BTCUSDT',
    contractSize: new Decimal(1),
    buyOrderCollateralToken: 'USDT',
    sellOrderCollateralToken: 'USDT',
  }))
const texts = fc
  .tuple(fc.integer({ min: 0, max: 999_999 }), fc.option(fc.integer({ min: 0, max: 99_999 })), fc.nat(4))
  .map(([whole, fraction, zeros]) =>
    fraction === null ? `${whole}` : `${whole}.${'0'.repeat(zeros)}${fraction}`,
  )
  .filter((text) => Number(text) > 0)
const inputs: fc.Arbitrary<DecimalInput> = fc.oneof(
  texts,
  texts.map(Number),
  texts.map((text) => new Decimal(text)),
  fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
  fc.tuple(texts, fc.integer({ min: -12, max: 9 })).map(([text, power]) => `${text}e${power}`),
  fc.tuple(texts, texts).map(([a, b]) => new Decimal(a).div(b)),
)

/** What a rule says by decimals alone. */
function isAllowed(rule: TradingRule, amount: Decimal, price: Decimal): boolean {
  try {
    assertOrderAllowed(rule, { amount, price, isClose: false })
    return true
  } catch {
    return false
  }
}

/** One slot, written again and again. */
class WrittenSlot {
  readonly #memory = new ArrayBuffer(RING.LENGTH_BYTES)
  readonly #slots = new OrderSlots(this.#memory)

  /** Its bytes, or why nothing was written. */
  write(order: SlotOrder): string {
    try {
      this.#slots.writeOrder(0, order, PLACE_TIME)
    } catch (error) {
      return String(error)
    }
    return Buffer.from(this.#memory, slotOffset(0), SLOT.ANSWER).toString('hex')
  }
}

test('what a strategy wishes becomes what decimals make of it: the numbers, whether the rule allows them, the slot', () => {
  let clear = 0
  const bytes = new Uint8Array(16_384)
  const encoder = new RecordEncoder(bytes)
  const numbers = new WishedNumbers()
  const [byDecimals, byTexts] = [new WrittenSlot(), new WrittenSlot()]
  fc.assert(
    fc.property(
      rules,
      inputs,
      inputs,
      fc.constantFrom('buy', 'sell'),
      (rule, wantedAmount, wantedPrice, tradeType) => {
        const wish: OrderWish = {
          pair: 'BTC-USDT',
          tradeType,
          amount: wantedAmount,
          orderType: 'limit',
          price: wantedPrice,
          options: {},
        }
        numbers.read(wish)
        const price = numbers.priceBy(rule)!
        const amount = numbers.amountBy(rule)
        const expectedPrice =
          tradeType === 'buy'
            ? quantizePrice(rule, wantedPrice)
            : ceilToStep(new Decimal(wantedPrice), rule.minPriceIncrement)
        const expectedAmount = quantizeAmount(rule, wantedAmount)
        expect([price, amount]).toStrictEqual([expectedPrice, expectedAmount])
        if (numbers.areClearlyAllowedBy(rule)) {
          clear++
          expect(isAllowed(rule, amount, price)).toBe(true)
        }

        const order = { clientOrderId: ID, symbol: 'BTCUSDT', tradeType, orderType: 'limit' } as const
        const [priceText, amountText] = [expectedPrice.toString(), expectedAmount.toString()]
        expect(byDecimals.write({ ...order, price, size: amount })).toBe(
          byTexts.write({ ...order, price: priceText, size: amountText }),
        )

        const head = {
          clientOrderId: ID,
          pair: 'BTC-USDT',
          tradeType,
          orderType: 'limit',
          timeInForce: 'gtc',
          positionAction: 'open',
          leverage: 1,
          createdMs: 1_748_231_160_127,
        } as const
        const end = encoder.encodeOrder({ ...head, amount, price, maxSlippage: new Decimal('0.03') }, 0)
        expect(decodeRecord(bytes, 0, end)).toEqual({
          kind: 'order',
          ...head,
          amount: amountText,
          price: priceText,
          maxSlippage: '0.03',
        })
      },
    ),
    { numRuns: RUNS },
  )
  expect(clear).toBeGreaterThan(RUNS / 20)
})
