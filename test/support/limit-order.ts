import { Decimal } from '../../src/common/decimal.ts'
import { InFlightOrder, type OrderIdentity } from '../../src/connector/in-flight-order.ts'

/** A buy of 0.01 BTC at 59,000, with what is said otherwise. */
export function limitOrder(fields: Partial<OrderIdentity> & { clientOrderId: string }): InFlightOrder {
  return new InFlightOrder({
    pair: 'BTC-USDT',
    tradeType: 'buy',
    orderType: 'limit',
    timeInForce: 'gtc',
    positionAction: 'open',
    amount: new Decimal('0.01'),
    price: new Decimal('59000'),
    maxSlippage: new Decimal('0.03'),
    leverage: 1,
    createdMs: Date.now(),
    ...fields,
  })
}
