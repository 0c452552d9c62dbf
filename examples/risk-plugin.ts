/**
 * A plugin is a layer on top of QTX's own: this one keeps a desk's limits, and has a kill switch. Whatever strategy runs on
 * the connector, no order gets past it. Runs against the simulator.
 */
import {
  createQtxConnector,
  Decimal,
  QtxError,
  silentLogger,
  type ConnectorPlugin,
  type ConnectorStatus,
  type InFlightOrder,
  type PlaceOutcome,
  type QtxConnector,
} from 'qtx-connector'
import { startSimulator } from 'qtx-connector/simulator'

interface RiskLimits {
  /** Base units of one order. */
  readonly maxAmount: string
  /** Base units, either way, open orders included. */
  readonly maxPosition: string
  /** In `asset`, since the first order; open positions included. Beyond it the kill switch is thrown. */
  readonly maxLoss: string
  readonly asset: string
  readonly maxOrdersPerSecond: number
}

/** Thrown once, it stays so: only orders that close are sent from then on, and open ones are canceled. */
class KillSwitch {
  #reason: string | undefined
  #onThrow: () => void = () => undefined

  get reason(): string | undefined {
    return this.#reason
  }

  onThrow(act: () => void): void {
    this.#onThrow = act
  }

  throw(reason: string): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#onThrow()
  }
}

function withRiskLimits(limits: RiskLimits, killSwitch: KillSwitch): ConnectorPlugin {
  return (Parent) => {
    abstract class RiskLimited extends Parent {
      readonly #sentMs: number[] = []
      #startEquity: Decimal | undefined

      protected override async startNetwork(): Promise<void> {
        await super.startNetwork()
        killSwitch.onThrow(() => void this.cancelAll().catch(() => undefined))
      }

      protected override placeOrder(order: InFlightOrder): Promise<PlaceOutcome> {
        this.#checkLoss()
        // Whatever happens, the way out stays open.
        if (order.positionAction === 'open') this.#check(order)
        this.#sentMs.push(this.clock.monotonicMs())
        return super.placeOrder(order)
      }

      protected override checks(): ConnectorStatus {
        const { reason } = killSwitch
        const check = { ok: reason === undefined, reason: reason ?? 'within limits', remedy: 'ask the desk' }
        return { ...super.checks(), riskLimits: check }
      }

      #check(order: InFlightOrder): void {
        const { maxAmount, maxPosition, maxOrdersPerSecond } = limits
        if (killSwitch.reason !== undefined) refuse(`the kill switch was thrown: ${killSwitch.reason}`)
        if (order.amount.gt(maxAmount))
          refuse(`${order.amount.toString()} is above the size limit of ${maxAmount}`)
        const exposure = this.#exposureWith(order)
        if (exposure.gt(maxPosition))
          refuse(`a position of ${exposure.toString()} would be above the limit of ${maxPosition}`)
        const sinceMs = this.clock.monotonicMs() - 1_000
        while (this.#sentMs.length > 0 && this.#sentMs[0]! < sinceMs) this.#sentMs.shift()
        if (this.#sentMs.length >= maxOrdersPerSecond)
          refuse(`${maxOrdersPerSecond} orders were sent within a second`)
      }

      /** How far the position would go if everything on the order's side filled; the order itself is tracked already. */
      #exposureWith(order: InFlightOrder): Decimal {
        const sign = order.tradeType === 'buy' ? 1 : -1
        let sum = (this.positions.get(order.pair)?.amount ?? new Decimal(0)).mul(sign)
        for (const each of this.inFlightOrders.values())
          if (each.pair === order.pair && each.tradeType === order.tradeType)
            sum = sum.plus(each.remainingAmount)
        return sum
      }

      #checkLoss(): void {
        const equity = [...this.positions.values()].reduce(
          (sum, { unrealizedPnl }) => sum.plus(unrealizedPnl),
          this.balance(limits.asset),
        )
        this.#startEquity ??= equity
        const loss = this.#startEquity.minus(equity)
        if (loss.gt(limits.maxLoss))
          killSwitch.throw(`${loss.toFixed(2)} ${limits.asset} were lost, the limit is ${limits.maxLoss}`)
      }
    }
    return RiskLimited
  }
}

function refuse(what: string): never {
  throw new QtxError('QTX_ORDER_INVALID', what, { remedy: 'ask the desk' })
}

const killSwitch = new KillSwitch()
await using simulator = await startSimulator()
await using connector = await createQtxConnector(
  {
    exchangeBackend: 'binance',
    qtxPerpetualHost: simulator.feed.host,
    qtxPerpetualPort: simulator.feed.port,
    qtxPlaceOrderSharedMemoryName: simulator.sharedMemoryName,
    exchangeApiKey: simulator.account.apiKey,
    exchangeApiSecret: simulator.account.apiSecret,
    exchangeEndpoints: simulator.exchangeEndpoints,
    tradingPairs: ['BTC-USDT'],
  },
  {
    plugins: [
      withRiskLimits(
        { maxAmount: '0.05', maxPosition: '0.1', maxLoss: '5', asset: 'USDT', maxOrdersPerSecond: 3 },
        killSwitch,
      ),
    ],
    logger: silentLogger,
  },
)
await connector.start()
await connector.waitReady()

expect(await send(connector, '1'), /size limit/)
expect(await send(connector, '0.05'), /^filled$/)
expect(await send(connector, '0.05'), /^filled$/)
expect(await send(connector, '0.05'), /position of 0\.15/)
// A position that is closed makes room again, but for the fees of three orders that were lost: more than the 5 USDT.
expect(await close(connector), /^filled$/)
expect(await send(connector, '0.01'), /kill switch was thrown: .* were lost/)
if (connector.ready) throw new Error('the connector was ready although the kill switch was thrown')

function expect(received: string, wanted: RegExp): void {
  console.log(received)
  if (!wanted.test(received)) throw new Error(`${received} was received, ${String(wanted)} was expected`)
}

async function send(to: QtxConnector, amount: string): Promise<string> {
  const ended = ending(to, 'buy')
  to.buy('BTC-USDT', amount, 'market', undefined, { positionAction: 'open' })
  return ended
}

async function close(to: QtxConnector): Promise<string> {
  const ended = ending(to, 'sell')
  to.sell('BTC-USDT', '0.1', 'market', undefined, { positionAction: 'close' })
  return ended
}

/** What becomes of the next order; with the balance that it left. */
async function ending(from: QtxConnector, side: 'buy' | 'sell'): Promise<string> {
  const position = from.positions.get('BTC-USDT')?.amount.toString()
  const what = await new Promise<string>((resolve) => {
    const offs = [
      from.on('orderFailure', ({ errorMessage }) => settle(errorMessage)),
      from.on(side === 'buy' ? 'buyOrderCompleted' : 'sellOrderCompleted', () => settle('filled')),
    ]
    const settle = (text: string): void => {
      for (const off of offs) off()
      resolve(text)
    }
  })
  if (what === 'filled') {
    while (from.positions.get('BTC-USDT')?.amount.toString() === position) await nextAccountEvent(from)
  }
  return what
}

function nextAccountEvent(from: QtxConnector): Promise<void> {
  return new Promise((resolve) => {
    const off = from.on('positionUpdated', () => {
      off()
      resolve()
    })
  })
}
