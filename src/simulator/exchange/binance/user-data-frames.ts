import type { Decimal } from '../../../common/decimal.ts'
import type { MarkPriceOf } from '../account-margin.ts'
import type { AccountUpdate, LeverageUpdate, OrderUpdate } from '../exchange-listeners.ts'
import { averagePrice } from '../order.ts'
import { entryText } from './account-payloads.ts'
import { KIND_WORDS, SIDE_WORDS, STATUS_WORDS, TIME_IN_FORCE_WORDS, priceMatchWord } from './binance-words.ts'
import { averageText, moneyText, priceText, sizeText } from './order-payloads.ts'

const EXECUTION_WORDS: Readonly<Record<OrderUpdate['execution'], string>> = {
  new: 'NEW',
  trade: 'TRADE',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
}

/** What the open orders of a symbol are worth, by side; each order update repeats it. */
export interface OpenNotionals {
  readonly bid: Decimal
  readonly ask: Decimal
}

export function orderTradeUpdate(update: OrderUpdate, open: OpenNotionals, eventMs: number) {
  const { order, fill } = update
  const { instrument } = order
  return {
    e: 'ORDER_TRADE_UPDATE',
    T: update.timeMs,
    E: eventMs,
    o: {
      s: instrument.symbol,
      c: order.clientOrderId,
      S: SIDE_WORDS[order.side],
      o: KIND_WORDS[order.kind],
      f: order.kind === 'market' ? 'GTC' : TIME_IN_FORCE_WORDS[order.timeInForce],
      q: sizeText(instrument, order.size),
      p: priceText(instrument, order.price),
      ap: averageText(instrument, averagePrice(order)),
      sp: '0',
      x: EXECUTION_WORDS[update.execution],
      X: STATUS_WORDS[order.status],
      i: order.orderId,
      l: fill ? sizeText(instrument, fill.size) : '0',
      z: sizeText(instrument, order.filledSize),
      L: fill ? priceText(instrument, fill.price) : '0',
      N: instrument.quoteAsset,
      n: fill ? moneyText(fill.fee) : '0',
      T: update.timeMs,
      t: fill ? Number(fill.tradeId) : 0,
      b: moneyText(open.bid),
      a: moneyText(open.ask),
      m: fill?.maker ?? false,
      R: order.reduceOnly,
      wt: 'CONTRACT_PRICE',
      ot: KIND_WORDS[order.kind],
      ps: 'BOTH',
      cp: false,
      // Of trailing stops, which are not traded here; the fields are there all the same.
      AP: '0',
      cr: '0',
      pP: false,
      si: 0,
      ss: 0,
      rp: fill ? moneyText(fill.realizedPnl) : '0',
      V: 'NONE',
      pm: priceMatchWord(order.priceMatch),
      gtd: 0,
    },
  }
}

const UPDATE_REASONS: Readonly<Record<AccountUpdate['reason'], string>> = {
  order: 'ORDER',
  funding: 'FUNDING_FEE',
  deposit: 'DEPOSIT',
}

export function accountUpdate(update: AccountUpdate, markPriceOf: MarkPriceOf, eventMs: number) {
  return {
    e: 'ACCOUNT_UPDATE',
    T: update.timeMs,
    E: eventMs,
    a: {
      m: UPDATE_REASONS[update.reason],
      B: update.balances.map((balance) => ({
        a: balance.asset,
        wb: moneyText(balance.walletBalance),
        cw: moneyText(balance.walletBalance),
        bc: moneyText(balance.transferred),
      })),
      P: update.positions.map((state) => {
        const markPrice = markPriceOf(state.instrument.symbol) ?? state.entryPrice
        const unrealized = state.size.mul(markPrice.minus(state.entryPrice))
        return {
          s: state.instrument.symbol,
          pa: sizeText(state.instrument, state.size),
          ep: entryText(state.entryPrice),
          bep: entryText(state.breakEvenPrice),
          cr: moneyText(state.realizedPnl),
          up: moneyText(unrealized),
          mt: 'cross',
          iw: '0',
          ps: 'BOTH',
          ma: state.instrument.quoteAsset,
        }
      }),
    },
  }
}

export function accountConfigUpdate(update: LeverageUpdate, eventMs: number) {
  return {
    e: 'ACCOUNT_CONFIG_UPDATE',
    E: eventMs,
    T: update.timeMs,
    ac: { s: update.symbol, l: update.leverage },
  }
}
