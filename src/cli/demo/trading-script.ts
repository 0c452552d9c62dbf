import { QtxError } from '../../errors.ts'
import type { CancelResult, Decimal, QtxConnector } from '../../index.ts'
import type { SimulatedWorld } from '../simulated-world.ts'
import { DEMO_PAIRS } from './demo-pairs.ts'
import { limited } from '../limited.ts'
import { averagePrice, type OrderJournal, type OrderRecord } from './order-journal.ts'
import type { Step } from './step-list.ts'

const PAIR = DEMO_PAIRS[0]
/** Of each order, quote units. */
const ORDER_VALUE = 1_000
/** The limit order's distance from the best bid, as a factor: inside the exchange's price band, far from trading. */
const AWAY = 0.98
const READY_TIMEOUT_MS = 30_000
const ORDER_TIMEOUT_MS = 10_000

export interface TradingScriptParts {
  readonly world: SimulatedWorld
  readonly signal: AbortSignal
  /** The journal of the connector's orders, made when there is a connector. */
  readonly openJournal: (connector: QtxConnector) => OrderJournal
}

/** What the demo does, step by step, as a strategy would: through the connector's public interface alone. */
export function tradingScript({ world, signal, openJournal }: TradingScriptParts): Step[] {
  let journal: OrderJournal
  let connector: QtxConnector
  let resting: OrderRecord
  let bought: OrderRecord

  const orderTimeout = { timeoutMs: ORDER_TIMEOUT_MS, signal }
  /** A book that is being rebuilt has no price. */
  const ready = () => connector.waitReady({ timeoutMs: READY_TIMEOUT_MS, signal })

  return [
    {
      name: 'simulator',
      title: 'start simulated QTX and exchange',
      run: async () => {
        const { feed, exchangeEndpoints } = await world.startSimulator()
        return { reason: `feed ${feed.host}:${feed.port}, exchange ${exchangeEndpoints.rest}` }
      },
    },
    {
      name: 'ready',
      title: 'connect and wait until ready',
      run: async () => {
        connector = await limited(
          world.startConnector(present(world.simulator, 'the simulator')),
          'the start of the connector',
          { timeoutMs: READY_TIMEOUT_MS, signal },
        )
        journal = openJournal(connector)
        await ready()
        return { reason: `${connector.name}: all ${Object.keys(connector.status).length} checks hold` }
      },
    },
    {
      name: 'placeLimit',
      title: 'limit order away from the market',
      run: async () => {
        await ready()
        const bid = present(connector.price(PAIR, 'bid'), 'a best bid')
        const price = connector.quantizePrice(PAIR, bid.mul(AWAY))
        const amount = amountAt(connector, price)
        const what = `buy ${amount.toString()} ${PAIR} limit ${price.toString()}`
        resting = journal.send(what, () => connector.buy(PAIR, amount, 'limit', price))
        await journal.until(
          () => resting.answeredMs !== undefined || isOver(resting),
          'the answer',
          orderTimeout,
        )
        assertGood(resting)
        return { reason: what, times: answerTime(resting) }
      },
    },
    {
      name: 'cancelLimit',
      title: 'cancel it',
      run: async () => {
        const sentMs = performance.now()
        const result = await connector.cancel(PAIR, resting.clientOrderId)
        assertCanceled(result)
        await journal.until(() => resting.canceledMs !== undefined, 'the cancellation', orderTimeout)
        return {
          reason: `order ${resting.clientOrderId} is cancelled`,
          times: { cancelToEndMs: resting.canceledMs! - sentMs },
        }
      },
    },
    {
      name: 'marketOrder',
      title: 'buy at market and see it filled',
      run: async () => {
        await ready()
        const ask = present(connector.price(PAIR, 'ask'), 'a best ask')
        const amount = amountAt(connector, ask)
        bought = journal.send(`buy ${amount.toString()} ${PAIR} market`, () =>
          connector.buy(PAIR, amount, 'market'),
        )
        await filled(bought, journal, orderTimeout)
        await journal.until(
          () => connector.positions.get(PAIR)?.amount.eq(amount) ?? false,
          'the position',
          orderTimeout,
        )
        return {
          reason: `${amount.toString()} ${PAIR} at ${averagePrice(bought).toFixed(2)}, position ${positionText(connector)}`,
          times: { ...answerTime(bought), ...fillTime(bought) },
        }
      },
    },
    {
      name: 'closePosition',
      title: 'close the position at market',
      run: async () => {
        await ready()
        const amount = present(connector.positions.get(PAIR), 'the position').amount
        const sold = journal.send(`sell ${amount.toString()} ${PAIR} market, to close`, () =>
          connector.sell(PAIR, amount, 'market', undefined, { positionAction: 'close' }),
        )
        await filled(sold, journal, orderTimeout)
        return {
          reason: `${amount.toString()} ${PAIR} at ${averagePrice(sold).toFixed(2)}`,
          times: { ...answerTime(sold), ...fillTime(sold) },
        }
      },
    },
    {
      name: 'positionZero',
      title: 'verify that the position is zero',
      run: async () => {
        await journal.until(
          () => connector.positions.get(PAIR)?.amount.isZero() ?? true,
          `a position of zero (it is ${positionText(connector)})`,
          orderTimeout,
        )
        if (journal.open.size > 0) {
          throw new QtxError('QTX_STATE_INVALID', `${journal.open.size} orders are still open`, {
            remedy: 'run it again with --debug',
          })
        }
        return { reason: `position ${positionText(connector)} ${PAIR}, no order open` }
      },
    },
  ]
}

/** The position of the traded pair, in base units. */
function positionText(connector: QtxConnector): string {
  return connector.positions.get(PAIR)?.amount.toString() ?? '0'
}

function amountAt(connector: QtxConnector, price: Decimal): Decimal {
  return connector.quantizeAmount(PAIR, price.pow(-1).mul(ORDER_VALUE).toString())
}

async function filled(
  order: OrderRecord,
  journal: OrderJournal,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  await journal.until(() => order.completedMs !== undefined || isOver(order), 'the fill', options)
  assertGood(order)
}

function isOver(order: OrderRecord): boolean {
  return order.failure !== undefined || order.canceledMs !== undefined
}

function assertGood(order: OrderRecord): void {
  if (order.failure !== undefined) throw new QtxError('QTX_ORDER_REJECTED', order.failure)
  if (order.canceledMs === undefined) return
  throw new QtxError('QTX_ORDER_REJECTED', `order ${order.clientOrderId} ended without being filled`, {
    remedy: 'run it again with --debug',
  })
}

function assertCanceled(result: CancelResult): void {
  if (result.success) return
  throw new QtxError('QTX_ORDER_REJECTED', `the cancel was not done: ${result.reason ?? 'no reason given'}`)
}

function answerTime({ sentMs, answeredMs }: OrderRecord): Record<string, number> {
  return answeredMs === undefined ? {} : { orderToAnswerMs: answeredMs - sentMs }
}

function fillTime({ sentMs, firstFillMs }: OrderRecord): Record<string, number> {
  return firstFillMs === undefined ? {} : { orderToFillMs: firstFillMs - sentMs }
}

function present<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value
  throw new QtxError('QTX_STATE_INVALID', `there is no ${what}`, { remedy: 'run it again with --debug' })
}
