import { Decimal, type QtxConnector, type ConnectorEvents } from '../../src/index.ts'
import type { Instrument } from '../../src/simulator/exchange/instrument.ts'
import type { Fill, OrderState } from '../../src/simulator/exchange/order.ts'
import { groupBy } from '../../soak/group-by.ts'
import type { Simulator } from '../../src/simulator/start-simulator.ts'
import type { SeenEvent } from './trading-rig.ts'

export interface Audited {
  /** Every id that `buy()` or `sell()` returned. */
  readonly ids: readonly string[]
  readonly seen: readonly SeenEvent[]
  readonly connector: QtxConnector
  readonly simulator: Simulator
  /** Amount and asset on record, by client order id and trade id, of fills that were told without their fee. */
  readonly lateFees: ReadonlyMap<string, string>
}

export interface Comparison {
  /** What the connector told that the exchange's own record does not bear out, in words. */
  readonly discrepancies: readonly string[]
  /** Orders that stay unknown and that the exchange's record proves never to have arrived. */
  readonly reachedNobody: readonly string[]
  /** How many orders ended how. */
  readonly ends: Readonly<Record<string, number>>
}

const ENDS: Readonly<Record<string, string>> = {
  buyOrderCompleted: 'filled',
  sellOrderCompleted: 'filled',
  orderCancelled: 'canceled',
  orderFailure: 'failed',
}
const THEIR_ENDS: Readonly<Record<OrderState['status'], string>> = {
  filled: 'filled',
  canceled: 'canceled',
  expired: 'canceled',
  new: 'open',
  'partially-filled': 'open',
}

/** Holds what the connector told against the simulated exchange's own record. All orders must have ended. */
export function compareWithExchange(audited: Audited): Comparison {
  const { ids, seen, connector, simulator, lateFees } = audited
  const account = simulator.exchange.engine.account(simulator.account.apiKey)!
  const symbols = simulator.exchange.engine.instruments.map((instrument) => instrument.symbol)
  const theirs = groupBy(
    symbols.flatMap((symbol) => account.records.allOrders(symbol)),
    clientIdOf,
  )
  const theirFills = groupBy(
    symbols.flatMap((symbol) => account.records.fills(symbol)),
    clientIdOf,
  )
  const ours = groupBy(seen, (event) => event.clientOrderId ?? '')
  const placements = groupBy(
    simulator.orderManager.taken.filter((taken) => taken.request.kind === 'place'),
    (taken) => ('order' in taken.request ? clientIdOf(taken.request.order) : ''),
  )
  const known = new Set(ids)
  const discrepancies: string[] = []
  const reachedNobody: string[] = []
  const ends: Record<string, number> = {}

  if (known.size !== ids.length) discrepancies.push('a client order id was given twice')
  for (const id of theirs.keys()) if (!known.has(id)) discrepancies.push(`${id}: nobody sent it`)
  for (const id of ours.keys()) if (!known.has(id)) discrepancies.push(`${id}: an event of no order`)
  for (const id of ids) {
    const events = ours.get(id) ?? []
    const orders = theirs.get(id) ?? []
    const problems = [...checkSequence(events)]
    if ((placements.get(id)?.length ?? 0) > 1) problems.push('it was sent twice')
    if (orders.length > 1) problems.push('the exchange has it twice')
    const end = endOf(events)
    const last = events.at(-1)?.payload
    const key = last && 'errorCode' in last ? `${end} ${last.errorCode}` : end
    ends[key] = (ends[key] ?? 0) + 1
    const order = orders[0]
    if (order) problems.push(...checkOrder(order, theirFills.get(id) ?? [], events, end, lateFees))
    else if (end === 'none' && connector.inFlightOrders.get(id)?.state === 'submitUnknown')
      reachedNobody.push(id)
    else if (end !== 'failed') problems.push(`the exchange does not have it, it is told as ${end}`)
    discrepancies.push(
      ...problems.map((problem) => `${id}: ${problem} (${events.map((event) => event.name).join(', ')})`),
    )
  }

  const wallet = account.walletBalance('USDT')
  if (!connector.balance('USDT').eq(wallet)) {
    discrepancies.push(`USDT is ${wallet.toString()}, told as ${connector.balance('USDT').toString()}`)
  }
  for (const pair of Object.keys(simulator.symbols)) {
    const instrument = simulator.exchange.engine.instruments.find((each) => pairOf(each) === pair)
    const size = instrument ? account.position(instrument).size : new Decimal(NaN)
    const told = connector.positions.get(pair)?.amount ?? new Decimal(0)
    if (!told.eq(size)) {
      discrepancies.push(`the ${pair} position is ${size.toString()}, told as ${told.toString()}`)
    }
  }
  return { discrepancies, reachedNobody, ends }
}

/** Without what the exchange puts in front of it. */
export function clientIdOf({ clientOrderId }: { readonly clientOrderId: string }): string {
  return clientOrderId.replace(/^t-/, '')
}

export function pairOf({ baseAsset, quoteAsset }: Instrument): string {
  return `${baseAsset}-${quoteAsset}`
}

function checkOrder(
  order: OrderState,
  theirFills: readonly Fill[],
  events: readonly SeenEvent[],
  end: string,
  lateFees: ReadonlyMap<string, string>,
): string[] {
  const problems: string[] = []
  const expected = THEIR_ENDS[order.status]
  if (end !== expected) problems.push(`it is ${order.status}, told as ${end}`)
  const fills = fillsOf(events)
  const told = sorted(
    fills.map(({ clientOrderId, tradeId, price, amount, fee, isMaker }) => {
      const late = lateFees.get(`${clientOrderId} ${tradeId}`)
      return row(price, amount, fee ? row(fee.amount, fee.asset) : late, isMaker)
    }),
  )
  const real = sorted(
    theirFills.map((fill) => row(fill.price, fill.size, fill.fee, fill.feeAsset, fill.maker)),
  )
  if (told.join() !== real.join())
    problems.push(`its fills are [${real.join('; ')}], told as [${told.join('; ')}]`)
  const executed = fills.reduce((sum, fill) => sum.plus(fill.amount), new Decimal(0))
  const quote = fills.reduce((sum, fill) => sum.plus(fill.amount.mul(fill.price)), new Decimal(0))
  if (!executed.eq(order.filledSize))
    problems.push(`${order.filledSize.toString()} of it filled, told as ${executed.toString()}`)
  if (!quote.eq(order.filledQuote))
    problems.push(`it filled for ${order.filledQuote.toString()}, told as ${quote.toString()}`)
  const last = events.at(-1)?.payload
  if (last && 'executedAmount' in last && !last.executedAmount.eq(order.filledSize)) {
    problems.push(
      `its end told ${last.executedAmount.toString()} executed, it is ${order.filledSize.toString()}`,
    )
  }
  if (
    last &&
    'baseAmount' in last &&
    !(last.baseAmount.eq(order.filledSize) && last.quoteAmount.eq(order.filledQuote))
  ) {
    problems.push(`its end told ${last.baseAmount.toString()} for ${last.quoteAmount.toString()}`)
  }
  return problems
}

/** Unknown at most once and first of all, created at most once, then fills, then one end. */
function checkSequence(events: readonly SeenEvent[]): string[] {
  const letters = events.map(({ name }) => {
    if (name === 'orderSubmitUnknown') return 'u'
    if (/Created$/.test(name)) return 'c'
    if (name === 'orderFilled') return 'f'
    return ENDS[name] === 'failed' ? 'x' : ENDS[name] === 'filled' ? 'd' : 'e'
  })
  const problems: string[] = []
  // One that is canceled before it was ever seen open has no created event.
  if (!/^u?(x|e|c(f*e|f+d)?)?$/.test(letters.join(''))) problems.push('its events are out of order')
  const fills = fillsOf(events).map((fill) => fill.tradeId)
  if (new Set(fills).size !== fills.length) problems.push('a fill was told twice')
  return problems
}

function endOf(events: readonly SeenEvent[]): string {
  return events.map((event) => ENDS[event.name]).find((end) => end !== undefined) ?? 'none'
}

function fillsOf(events: readonly SeenEvent[]): ConnectorEvents['orderFilled'][] {
  return events
    .filter((event) => event.name === 'orderFilled')
    .map((event) => event.payload as ConnectorEvents['orderFilled'])
}

function row(...values: readonly unknown[]): string {
  return values.map(String).join(' ')
}

function sorted(rows: readonly string[]): readonly string[] {
  return [...rows].sort()
}
