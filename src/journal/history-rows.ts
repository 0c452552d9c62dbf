import type { HistoryKind, HistoryRows, OrderHistory } from './history.ts'
import type {
  AnswerRecord,
  BalanceRecord,
  FillRecord,
  FundingRecord,
  OrderStateRecord,
  PositionRecord,
} from './journal-record.ts'
import type { SqlValue } from './sqlite.ts'

type Row = readonly SqlValue[]

/** How one kind of history is kept: its columns end with time and sequence number, by which pages go on. */
export interface HistoryTable<Kind extends HistoryKind> {
  readonly table: string
  readonly columns: string
  readonly time: string
  read(row: Row): HistoryRows[Kind]
}

export const FILL_COLUMNS = `pair, trade_id, client_order_id, exchange_order_id, trade_type, position_action, price,
  amount, fee_asset, fee_amount, is_maker, fill_ms, sequence`

export const ORDER_COLUMNS = `client_order_id, pair, trade_type, order_type, time_in_force, position_action, amount,
  price, max_slippage, leverage, state, exchange_order_id, code, message, place_outcome, cancel_outcome, updated_ms,
  created_ms, sequence`

/** The table of each kind. The database's own words are trusted: only this program writes it. */
export const HISTORY_TABLES: { readonly [Kind in HistoryKind]: HistoryTable<Kind> } = {
  orders: { table: 'orders', columns: ORDER_COLUMNS, time: 'created_ms', read: readOrder },
  fills: { table: 'fills', columns: FILL_COLUMNS, time: 'fill_ms', read: readFill },
  funding: {
    table: 'funding',
    columns: 'pair, payment_id, asset, amount, paid_ms, sequence',
    time: 'paid_ms',
    read: readFunding,
  },
  changes: {
    table: 'changes',
    columns: `kind, client_order_id, pair, request, outcome, state, exchange_order_id, code, message, at_ms, sequence`,
    time: 'at_ms',
    read: readChange,
  },
}

export function readOrder(row: Row): OrderHistory {
  return {
    kind: 'order',
    clientOrderId: text(row[0]),
    pair: text(row[1]),
    tradeType: text(row[2]) as OrderHistory['tradeType'],
    orderType: text(row[3]) as OrderHistory['orderType'],
    timeInForce: text(row[4]) as OrderHistory['timeInForce'],
    positionAction: text(row[5]) as OrderHistory['positionAction'],
    amount: text(row[6]),
    price: optional(row[7]),
    maxSlippage: text(row[8]),
    leverage: Number(row[9]),
    state: text(row[10]) as OrderHistory['state'],
    exchangeOrderId: optional(row[11]),
    code: optional(row[12]),
    message: optional(row[13]),
    placeOutcome: optional(row[14]) as OrderHistory['placeOutcome'],
    cancelOutcome: optional(row[15]) as OrderHistory['cancelOutcome'],
    updatedMs: Number(row[16]),
    createdMs: Number(row[17]),
  }
}

export function readFill(row: Row): FillRecord {
  return {
    kind: 'fill',
    pair: text(row[0]),
    tradeId: text(row[1]),
    clientOrderId: text(row[2]),
    exchangeOrderId: optional(row[3]),
    tradeType: text(row[4]) as FillRecord['tradeType'],
    positionAction: text(row[5]) as FillRecord['positionAction'],
    price: text(row[6]),
    amount: text(row[7]),
    feeAsset: optional(row[8]),
    feeAmount: optional(row[9]),
    isMaker: row[10] === 1,
    fillMs: Number(row[11]),
  }
}

function readFunding(row: Row): FundingRecord {
  return {
    kind: 'funding',
    pair: text(row[0]),
    paymentId: text(row[1]),
    asset: text(row[2]),
    amount: text(row[3]),
    paidMs: Number(row[4]),
  }
}

function readChange(row: Row): AnswerRecord | OrderStateRecord {
  const common = {
    clientOrderId: text(row[1]),
    pair: text(row[2]),
    exchangeOrderId: optional(row[6]),
    code: optional(row[7]),
    message: optional(row[8]),
    atMs: Number(row[9]),
  }
  if (row[0] === 'state') {
    return { kind: 'state', state: text(row[5]) as OrderStateRecord['state'], ...common }
  }
  return {
    kind: 'answer',
    request: text(row[3]) as AnswerRecord['request'],
    outcome: text(row[4]) as AnswerRecord['outcome'],
    ...common,
  }
}

/** Asset, total, time. */
export function readBalance(row: Row): BalanceRecord {
  return { kind: 'balance', asset: text(row[0]), total: text(row[1]), atMs: Number(row[2]) }
}

/** Pair, amount, entry price, time. */
export function readPosition(row: Row): PositionRecord {
  return {
    kind: 'position',
    pair: text(row[0]),
    amount: text(row[1]),
    entryPrice: text(row[2]),
    atMs: Number(row[3]),
  }
}

function text(value: SqlValue | undefined): string {
  return String(value ?? '')
}

function optional(value: SqlValue | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value)
}
