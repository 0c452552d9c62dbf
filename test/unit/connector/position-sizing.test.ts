import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/common/decimal.ts'
import { InFlightOrder } from '../../../src/connector/in-flight-order.ts'
import type { PositionAction, TradeType } from '../../../src/connector/order-types.ts'
import { sizeForPosition } from '../../../src/connector/position-sizing.ts'
import { QtxError } from '../../../src/errors.ts'
import { orderIdentity } from '../../support/scripted-exchange.ts'

function pendingClose(tradeType: TradeType, amount: string, pair = 'BTC-USDT'): InFlightOrder {
  return new InFlightOrder(
    orderIdentity({ tradeType, pair, amount: new Decimal(amount), positionAction: 'close' }),
  )
}

function sized(
  tradeType: TradeType,
  amount: string,
  wanted: PositionAction | undefined,
  position: string,
  orders: readonly InFlightOrder[] = [],
): string {
  const { positionAction, amount: size } = sizeForPosition(
    'BTC-USDT',
    tradeType,
    new Decimal(amount),
    wanted,
    new Decimal(position),
    orders,
  )
  return `${positionAction} ${size.toString()}`
}

describe('an order whose meaning was not said', () => {
  test.each<[TradeType, string, string, string]>([
    ['sell', '1', '2', 'close 1'],
    ['sell', '2', '2', 'close 2'],
    ['buy', '1', '-2', 'close 1'],
    ['buy', '1', '2', 'open 1'],
    ['sell', '1', '-2', 'open 1'],
    ['buy', '1', '0', 'open 1'],
    ['sell', '3', '2', 'open 3'],
  ])('%s %s at a position of %s is %s', (tradeType, amount, position, expected) => {
    expect(sized(tradeType, amount, undefined, position)).toBe(expected)
  })

  test('is no close of what others are closing already', () => {
    expect(sized('sell', '1', undefined, '2', [pendingClose('sell', '1.5')])).toBe('open 1')
    expect(sized('sell', '0.5', undefined, '2', [pendingClose('sell', '1.5')])).toBe('close 0.5')
  })
})

describe('an order that opens', () => {
  test('is left as it is, whatever the position', () => {
    expect(sized('sell', '5', 'open', '2')).toBe('open 5')
    expect(sized('sell', '5', 'open', '-2')).toBe('open 5')
  })
})

describe('an order that closes', () => {
  test('Q59: is never larger than the position, so that it cannot open the other side', () => {
    expect(sized('sell', '5', 'close', '2')).toBe('close 2')
    expect(sized('buy', '5', 'close', '-0.3')).toBe('close 0.3')
    expect(sized('sell', '1', 'close', '2')).toBe('close 1')
  })

  test('I27: leaves out what other closes are after, less what they filled', () => {
    const other = pendingClose('sell', '1.5')
    expect(sized('sell', '5', 'close', '2', [other])).toBe('close 0.5')
    other.executedAmount = new Decimal('1')
    expect(sized('sell', '5', 'close', '1', [other])).toBe('close 0.5')
  })

  test('is not held back by opening orders, other sides or other pairs', () => {
    const orders = [
      pendingClose('buy', '2'),
      pendingClose('sell', '2', 'ETH-USDT'),
      new InFlightOrder(orderIdentity({ tradeType: 'sell', amount: new Decimal(2), positionAction: 'open' })),
    ]
    expect(sized('sell', '5', 'close', '2', orders)).toBe('close 2')
  })

  test.each<[TradeType, string, readonly InFlightOrder[]]>([
    ['sell', '0', []],
    ['sell', '-2', []],
    ['buy', '2', []],
    ['sell', '2', [pendingClose('sell', '2')]],
    ['sell', '1', [pendingClose('sell', '2')]],
  ])('%s at a position of %s finds nothing to close when nothing is left', (tradeType, position, orders) => {
    expect(() => sized(tradeType, '1', 'close', position, orders)).toThrow(QtxError)
    expect(() => sized(tradeType, '1', 'close', position, orders)).toThrow(
      `BTC-USDT position is ${position}, nothing is left for a ${tradeType} to close`,
    )
  })
})
