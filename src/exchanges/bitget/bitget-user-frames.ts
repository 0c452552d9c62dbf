import { Decimal, ZERO } from '../../common/decimal.ts'
import type { Balance, Position } from '../../connector/account-types.ts'
import type { OrderReason, OrderUpdate, TradeUpdate } from '../../connector/order-types.ts'
import type { FrameVerdict, UserFrameReader, UserFrameSink } from '../ccxt-profile.ts'
import { toBaseAmount } from '../contract-size.ts'
import type { ExchangeSymbol, SymbolLookup } from '../exchange-symbols.ts'
import { asDecimal, asInteger, asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'
import { readPairRows, readRows } from '../frame-rows.ts'
import { type OrderIds, orderIdsOf, toFill, toOrder } from '../order-rows.ts'
import { bitgetWalletBalance } from './bitget-wallet.ts'

type State = OrderUpdate['state']

const STATES: ReadonlyMap<string, State> = new Map<string, State>([
  ['init', 'open'],
  ['new', 'open'],
  ['live', 'open'],
  ['partially_filled', 'partiallyFilled'],
  ['filled', 'filled'],
  ['cancelled', 'canceled'],
  ['canceled', 'canceled'],
])

/** The exchange asks for a login, which it had: it has ended. */
const LOGIN_NEEDED = '30004'
/** ccxt ends the login with these, and says why. */
const LOGIN_REFUSED: ReadonlySet<string> = new Set(['30002', '30005', '30011', '30012', '30013', '30015'])

/**
 * A reader of `orders`, `fill`, `positions` and `account` of version 2. Fills are taken from `fill` alone: `orders` may
 * put several in one push. It remembers what was open, because a position that is closed is told by its absence from
 * the list (assumed).
 */
export function createBitgetUserReader(): UserFrameReader {
  const openSymbols = new Set<string>()
  return (frame, symbols, sink) => {
    const fields = asRecord(frame)
    if (!fields) return 'ignored'
    if (fields['event'] !== undefined) return readEvent(fields)
    const rows = asList(fields['data'])
    switch (asRecord(fields['arg'])?.['channel']) {
      case 'orders':
        return readPairRows(rows, 'instId', symbols, (row, symbol) => readOrder(row, fields, symbol, sink))
      case 'fill':
        return readRows(rows, (row) => readFill(row, symbols, sink))
      case 'positions':
        return readPositions(rows, openSymbols, symbols, sink)
      case 'account':
        return readAccount(rows, sink)
      default:
        return 'ignored'
    }
  }
}

function readEvent(fields: UntrustedRecord): FrameVerdict {
  if (fields['event'] === 'subscribe') return 'acknowledged'
  if (fields['event'] !== 'error') return 'ignored'
  const code = asText(fields['code']) ?? ''
  if (code === LOGIN_NEEDED) return 'login-lost'
  return LOGIN_REFUSED.has(code) ? 'ignored' : 'refused'
}

/** False when the row cannot be read. */
function readOrder(
  row: UntrustedRecord,
  frame: UntrustedRecord,
  symbol: ExchangeSymbol,
  sink: UserFrameSink,
): boolean {
  const state = STATES.get(asText(row['status']) ?? '')
  const update = toOrder(symbol, idsOf(row), {
    state,
    executed: asDecimal(row['accBaseVolume']),
    updateMs: asInteger(row['uTime']) ?? asInteger(row['cTime']) ?? asInteger(frame['ts']),
    source: 'stream',
    reason: state === 'canceled' ? reasonOf(row) : undefined,
  })
  if (update) sink.orderUpdate(update)
  return update !== undefined
}

function idsOf(row: UntrustedRecord): OrderIds | undefined {
  return orderIdsOf(asText(row['clientOid']), asText(row['orderId']))
}

/** What rests was canceled by somebody; what never rests ended by itself. */
function reasonOf(row: UntrustedRecord): OrderReason | undefined {
  const force = asText(row['force'])?.toLowerCase()
  if (row['orderType'] === 'market' || force === 'ioc' || force === 'fok') {
    return { code: 'EXPIRED', message: `the exchange expired the order (${force ?? 'market'})` }
  }
  const words = asText(row['cancelReason'])
  return words === undefined || words === 'normal_cancel'
    ? undefined
    : { code: 'EXPIRED', message: `the exchange canceled the order (${words})` }
}

/** False when the row cannot be read. */
function readFill(row: UntrustedRecord, symbols: SymbolLookup, sink: UserFrameSink): boolean {
  const exchangeSymbol = asText(row['symbol']) ?? asText(row['instId'])
  if (exchangeSymbol === undefined) return false
  const symbol = symbols(exchangeSymbol)
  if (!symbol) return true
  const trade = tradeOf(row, symbol)
  if (trade) sink.tradeUpdate(trade)
  return trade !== undefined
}

function tradeOf(row: UntrustedRecord, symbol: ExchangeSymbol): TradeUpdate | undefined {
  return toFill(symbol, idsOf(row), {
    tradeId: asText(row['tradeId']),
    side: asText(row['side'])?.toLowerCase(),
    price: asDecimal(row['price']),
    size: asDecimal(row['baseVolume']),
    fee: feeOf(row),
    isMaker: row['tradeScope'] === 'maker',
    fillMs: asInteger(row['cTime']),
  })
}

/** `totalFee` is paid when negative; where it was deducted in another coin, ccxt reads it as paid when positive. */
function feeOf(row: UntrustedRecord): { readonly asset: string; readonly amount: Decimal } | undefined {
  const detail = asRecord(asList(row['feeDetail'])[0])
  const asset = asText(detail?.['feeCoin'])
  const total = asDecimal(detail?.['totalFee'])
  if (asset === undefined || !total) return undefined
  return { asset, amount: detail?.['deduction'] === 'yes' ? total : total.neg() }
}

function readPositions(
  rows: readonly unknown[],
  openSymbols: Set<string>,
  symbols: SymbolLookup,
  sink: UserFrameSink,
): FrameVerdict {
  const read = rows.map((row) => positionOf(row, symbols))
  const positions = read.filter((each) => typeof each === 'object')
  // A list that cannot be read in full does not say what is missing from it.
  if (read.includes('malformed')) {
    if (positions.length > 0) sink.positions(positions.map(({ position }) => position))
    return 'malformed'
  }
  const nowOpen = new Set(positions.map(({ exchangeSymbol }) => exchangeSymbol))
  const closed: Position[] = []
  for (const exchangeSymbol of openSymbols) {
    const symbol = nowOpen.has(exchangeSymbol) ? undefined : symbols(exchangeSymbol)
    if (symbol) closed.push({ pair: symbol.pair, amount: ZERO, entryPrice: ZERO, unrealizedPnl: ZERO })
  }
  openSymbols.clear()
  for (const { exchangeSymbol, position } of positions) {
    if (!position.amount.isZero()) openSymbols.add(exchangeSymbol)
  }
  const changed = [...positions.map(({ position }) => position), ...closed]
  if (changed.length > 0) sink.positions(changed)
  return 'read'
}

/** Sides of a hedged account are not one-way positions and are left out, as are pairs that are not tracked. */
function positionOf(
  each: unknown,
  symbols: SymbolLookup,
): { readonly exchangeSymbol: string; readonly position: Position } | 'left-out' | 'malformed' {
  const row = asRecord(each)
  const exchangeSymbol = asText(row?.['instId'])
  if (!row || exchangeSymbol === undefined) return 'malformed'
  const symbol = symbols(exchangeSymbol)
  if (!symbol || row['posMode'] === 'hedge_mode') return 'left-out'
  const total = asDecimal(row['total'])
  const entryPrice = asDecimal(row['openPriceAvg'])
  const side = row['holdSide']
  if (!total || total.isNegative() || !entryPrice || (side !== 'long' && side !== 'short')) return 'malformed'
  const amount = toBaseAmount(total, symbol.contractSize)
  const leverage = asInteger(row['leverage'])
  return {
    exchangeSymbol,
    position: {
      pair: symbol.pair,
      amount: side === 'short' ? amount.neg() : amount,
      entryPrice,
      unrealizedPnl: asDecimal(row['unrealizedPL']) ?? ZERO,
      ...(leverage !== undefined && { leverage }),
    },
  }
}

function readAccount(rows: readonly unknown[], sink: UserFrameSink): FrameVerdict {
  const balances = rows.map(balanceOf)
  const read = balances.filter((balance) => balance !== undefined)
  if (read.length > 0) sink.balances(read)
  return read.length === balances.length ? 'read' : 'malformed'
}

function balanceOf(each: unknown): Balance | undefined {
  const row = asRecord(each)
  const asset = asText(row?.['marginCoin'])
  const total = row && bitgetWalletBalance(row, 'equity')
  const available = asDecimal(row?.['maxOpenPosAvailable'])
  return asset !== undefined && total ? { asset, total, ...(available && { available }) } : undefined
}
