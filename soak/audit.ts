import { createLogger, createQtxConnector, Decimal, Journal, SystemClock } from '../src/index.ts'
import type { QtxConnectorConfigInput } from '../src/config/connector-config.ts'
import { journalAccount } from '../src/connector/journal-keeper.ts'
import type { FillRecord } from '../src/journal/journal-record.ts'
import type { OrderHistory } from '../src/journal/history.ts'
import type { Account } from '../src/simulator/exchange/account.ts'
import type { Fill, OrderState } from '../src/simulator/exchange/order.ts'
import { auditEvents, type EventAudit } from './audit-events.ts'
import { groupBy } from './group-by.ts'
import type { ToldEvent } from './told-events.ts'
import type { TraderEnd } from './trader-messages.ts'
import type { Venue } from './venue.ts'

/** What the journal and the exchange's own record say of one exchange. */
export interface Audit {
  readonly orders: number
  readonly fills: number
  readonly fundingPayments: number
  /** Orders by their end; failed ones by why, too. */
  readonly ends: Readonly<Record<string, number>>
  /** Unknown to the end, where the exchange's record shows that they never arrived, by why. */
  readonly neverArrived: Readonly<Record<string, number>>
  readonly events: EventAudit
  /** In words, what the two do not agree on. */
  readonly discrepancies: readonly string[]
}

/** Half of the last place of each of some thousand fills. */
const PROFIT_ROUNDING = new Decimal('0.00005')

const THEIR_ENDS: Readonly<Record<OrderState['status'], string>> = {
  filled: 'filled',
  canceled: 'canceled',
  expired: 'canceled',
  new: 'open',
  'partially-filled': 'partiallyFilled',
}

/**
 * Holds a connector's journal against the exchange's own record, to the last digit, and what each life told against the
 * journal. The trader must have ended.
 */
export async function audit(
  venue: Venue,
  config: QtxConnectorConfigInput,
  end: TraderEnd,
  told: readonly (readonly ToldEvent[])[],
): Promise<Audit> {
  const { name } = await createQtxConnector(config, { logger: createLogger('error') })
  const journal = await Journal.open({
    folder: config.journal!.folder,
    account: journalAccount(name, config.exchangeApiKey!),
    clock: new SystemClock(),
    logger: createLogger('error'),
  })
  try {
    return await compare(venue, journal, end, told)
  } finally {
    await journal.close()
  }
}

async function compare(
  venue: Venue,
  journal: Journal,
  end: TraderEnd,
  told: readonly (readonly ToldEvent[])[],
): Promise<Audit> {
  const { engine } = venue.simulator.exchange
  const account = engine.account(venue.simulator.account.apiKey)!
  const orders = await all<OrderHistory>(journal, 'orders')
  const fills = await all<FillRecord>(journal, 'fills')
  const funding = await all<{ readonly amount: string }>(journal, 'funding')
  const discrepancies: string[] = []
  if (orders.length === 0) discrepancies.push('no order was sent in any life: nothing was shown')
  const ends: Record<string, number> = {}
  const neverArrived: Record<string, number> = {}

  const symbols = engine.instruments.map(({ symbol }) => symbol)
  const theirs = groupBy(
    symbols.flatMap((symbol) => account.records.allOrders(symbol)),
    clientIdOf,
  )
  const theirFills = groupBy(
    symbols.flatMap((symbol) => account.records.fills(symbol)),
    clientIdOf,
  )
  const ourFills = groupBy(fills, (fill) => fill.clientOrderId)
  const ours = new Set(orders.map((order) => order.clientOrderId))
  for (const id of theirs.keys()) if (!ours.has(id)) discrepancies.push(`order ${id} is not in the journal`)
  for (const order of orders) {
    const id = order.clientOrderId
    const how = order.state === 'failed' ? `failed ${order.code ?? ''}` : order.state
    ends[how] = (ends[how] ?? 0) + 1
    const [their, ...more] = theirs.get(id) ?? []
    if (more.length > 0) discrepancies.push(`order ${id} was sent ${more.length + 1} times`)
    if (!their && order.state === 'submitUnknown') {
      const why = whyUnknown(order, venue)
      neverArrived[why] = (neverArrived[why] ?? 0) + 1
    }
    if (!their && order.state !== 'failed' && order.state !== 'submitUnknown') {
      discrepancies.push(`order ${id} is ${order.state} in the journal, and the exchange never had it`)
    } else if (their) {
      const isSame = order.state === THEIR_ENDS[their.status]
      if (!isSame) discrepancies.push(`order ${id} is ${their.status}, and ${order.state} in the journal`)
    }
    const difference = differingFills(ourFills.get(id) ?? [], theirFills.get(id) ?? [])
    if (difference) discrepancies.push(`order ${id}: ${difference}`)
  }
  discrepancies.push(...(await compareAccount(venue, journal, account, end, funding)))
  const events = auditEvents(told, orders, fills, told.length - 1)
  discrepancies.push(...events.discrepancies)
  return {
    orders: orders.length,
    fills: fills.length,
    fundingPayments: funding.length,
    ends,
    neverArrived,
    events,
    discrepancies,
  }
}

async function compareAccount(
  venue: Venue,
  journal: Journal,
  account: Account,
  end: TraderEnd,
  funding: readonly { readonly amount: string }[],
): Promise<string[]> {
  const discrepancies: string[] = []
  const wallet = account.walletBalance('USDT')
  const profits = await journal.profitAndLoss()
  const deposit = sum(
    account.records
      .incomes()
      .filter(({ kind }) => kind === 'deposit')
      .map(({ amount }) => amount),
  )
  const opening = deposit.isZero() ? new Decimal('1000000') : deposit
  const counted = opening.plus(sum(profits.map(({ netPnl }) => netPnl.get('USDT') ?? new Decimal(0))))
  const differs = (what: string, ours: { toString(): string }, theirs: Decimal) => {
    if (!new Decimal(ours.toString()).eq(theirs)) {
      discrepancies.push(`${what} is ${theirs.toString()}, and ${ours.toString()} on our side`)
    }
  }
  differs('the balance', end.balance, wallet)
  differs('the balance in the journal', journal.recovered.balances.get('USDT')?.total ?? '0', wallet)
  // The exchange rounds the profit of each fill to eight places, the journal does not.
  if (counted.minus(wallet).abs().gt(PROFIT_ROUNDING)) {
    differs('the balance counted from the fills in the journal', counted, wallet)
  }
  const theirFunding = account.records.incomes().filter(({ kind }) => kind === 'funding')
  differs(
    'the funding paid',
    sum(funding.map(({ amount }) => new Decimal(amount))),
    sum(theirFunding.map(({ amount }) => amount)),
  )
  for (const instrument of venue.simulator.exchange.engine.instruments) {
    const pair = `${instrument.baseAsset}-${instrument.quoteAsset}`
    const { size } = account.position(instrument)
    differs(`the ${pair} position`, end.positions[pair] ?? '0', size)
    const profit = profits.find((each) => each.pair === pair)
    differs(`the ${pair} position counted from the journal`, profit?.position ?? '0', size)
    const fees = sum(account.records.fills(instrument.symbol).map(({ fee }) => fee))
    differs(`the ${pair} fees`, profit?.fees.get('USDT') ?? '0', fees)
  }
  return discrepancies
}

function differingFills(ours: readonly FillRecord[], theirs: readonly Fill[]): string | undefined {
  const told = ours.map((fill) =>
    [fill.tradeType, fill.price, fill.amount, fill.feeAsset, fill.feeAmount, fill.isMaker].join(' '),
  )
  const real = theirs.map((fill) =>
    [fill.side, fill.price, fill.size, fill.feeAsset, fill.fee, fill.maker].join(' '),
  )
  if (new Set(ours.map((fill) => fill.tradeId)).size !== ours.length) return 'a fill is in the journal twice'
  const isSame = told.sort().join('; ') === real.sort().join('; ')
  return isSame ? undefined : `its fills are [${real.join('; ')}], in the journal [${told.join('; ')}]`
}

/** What the connector was told of its placing, and what the order manager had of it. */
function whyUnknown(order: OrderHistory, venue: Venue): string {
  const { taken } = venue.simulator.orderManager
  const slot = taken.find(
    ({ request }) => request.kind === 'place' && request.order.clientOrderId === order.clientOrderId,
  )
  const words = order.message?.replaceAll(/\d{6,}/g, '…').replaceAll(/\/[\w-]+/g, 'the ring')
  const answer = order.placeOutcome ?? 'none before the kill'
  const manager = slot ? `taken by the order manager, and ${slot.outcome}` : 'not taken by the order manager'
  return `answer ${answer}${words === undefined ? '' : ` (${words})`}, ${manager}`
}

async function all<Row>(journal: Journal, kind: 'orders' | 'fills' | 'funding'): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | undefined
  do {
    const page = await journal.history({ kind, order: 'oldest', limit: 1_000, cursor })
    rows.push(...(page.rows as unknown as Row[]))
    cursor = page.next
  } while (cursor !== undefined)
  return rows
}

/** Without what the exchange puts in front of it. */
function clientIdOf({ clientOrderId }: { readonly clientOrderId: string }): string {
  return clientOrderId.replace(/^t-/, '')
}

function sum(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((total, amount) => total.plus(amount), new Decimal(0))
}
