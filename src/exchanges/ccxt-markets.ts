import { Decimal, ZERO } from '../common/decimal.ts'
import { parseTradingPair, type TradingPair } from '../common/trading-pair.ts'
import type { TradingRule } from '../connector/trading-rule.ts'
import { QtxError } from '../errors.ts'
import type { CcxtMarket } from './ccxt-exchange.ts'
import { toBaseAmount } from './contract-size.ts'
import type { ExchangeSymbol } from './exchange-symbols.ts'
import { asDecimal, asRecord, asText } from './untrusted-fields.ts'

/** One pair's market, with its rule. */
export interface PairMarket extends ExchangeSymbol {
  /** ccxt's own name of it, such as `BTC/USDT:USDT`. */
  readonly ccxtSymbol: string
  readonly rule: TradingRule
  /** What the exchange puts in front of a client order id. */
  readonly clientIdPrefix: string
}

const NEAR_MISSES_SHOWN = 5

/** The markets of the tracked pairs, found both ways: by pair and by the exchange's symbol. */
export class CcxtMarkets {
  readonly #byPair = new Map<TradingPair, PairMarket>()
  readonly #byExchangeSymbol = new Map<string, PairMarket>()

  /**
   * @param markets ccxt's markets by their unified symbol.
   * @throws QtxError `QTX_PAIR_UNKNOWN` for a pair without a perpetual that trades; `QTX_EXCHANGE_ANSWER` for one whose
   * rules cannot be read.
   */
  constructor(
    markets: Readonly<Record<string, CcxtMarket>>,
    pairs: Iterable<TradingPair>,
    clientIdPrefix = '',
  ) {
    for (const pair of pairs) {
      const market = { ...readMarket(markets, pair), clientIdPrefix }
      this.#byPair.set(pair, market)
      this.#byExchangeSymbol.set(market.rule.exchangeSymbol, market)
    }
  }

  get all(): readonly PairMarket[] {
    return [...this.#byPair.values()]
  }

  /** @throws QtxError `QTX_PAIR_UNKNOWN`. */
  ofPair(pair: TradingPair): PairMarket {
    const market = this.#byPair.get(pair)
    if (market) return market
    throw new QtxError('QTX_PAIR_UNKNOWN', `${pair} is not among ${[...this.#byPair.keys()].join(', ')}`, {
      details: { pair },
    })
  }

  /** Undefined for what is not tracked. */
  ofExchangeSymbol(exchangeSymbol: string): PairMarket | undefined {
    return this.#byExchangeSymbol.get(exchangeSymbol)
  }

  /** Undefined for what is not tracked. */
  ofCcxtSymbol(ccxtSymbol: unknown): PairMarket | undefined {
    return this.all.find((market) => market.ccxtSymbol === ccxtSymbol)
  }
}

function readMarket(
  markets: Readonly<Record<string, CcxtMarket>>,
  pair: TradingPair,
): Omit<PairMarket, 'clientIdPrefix'> {
  const { base, quote } = parseTradingPair(pair)
  const ccxtSymbol = `${base}/${quote}:${quote}`
  const market = Object.hasOwn(markets, ccxtSymbol) ? markets[ccxtSymbol] : undefined
  if (market?.swap !== true) throw unknownPair(markets, pair)
  if (market.active === false) {
    throw new QtxError('QTX_PAIR_UNKNOWN', `${pair} is listed on the exchange but not traded`, {
      details: { pair },
      remedy: 'take the pair out of tradingPairs until it trades again',
    })
  }
  return { pair, ccxtSymbol, ...readRule(market, pair) }
}

function readRule(market: CcxtMarket, pair: TradingPair): Pick<PairMarket, 'contractSize' | 'rule'> {
  const precision = asRecord(market.precision)
  const limits = asRecord(market.limits)
  const amountLimits = asRecord(limits?.['amount'])
  const contractSize = asDecimal(market.contractSize) ?? new Decimal(1)
  const toBase = (size: Decimal) => toBaseAmount(size, contractSize)
  const exchangeSymbol = required(asText(market.id), pair, 'symbol')
  const tick = required(asDecimal(precision?.['price']), pair, 'price step')
  const step = required(asDecimal(precision?.['amount']), pair, 'amount step')
  if (!tick.gt(0) || !step.gt(0) || !contractSize.gt(0)) {
    required(undefined, pair, 'positive price step, amount step and contract size')
  }
  const maxSize = asDecimal(amountLimits?.['max'])
  const makerFee = asDecimal(market.maker)
  const takerFee = asDecimal(market.taker)
  const collateral = asText(market.settle) ?? parseTradingPair(pair).quote
  const rule: TradingRule = {
    pair,
    exchangeSymbol,
    minPriceIncrement: tick,
    minBaseAmountIncrement: toBase(step),
    minOrderSize: toBase(asDecimal(amountLimits?.['min']) ?? step),
    ...(maxSize?.gt(0) && { maxOrderSize: toBase(maxSize) }),
    minNotionalSize: asDecimal(asRecord(limits?.['cost'])?.['min']) ?? ZERO,
    contractSize,
    buyOrderCollateralToken: collateral,
    sellOrderCollateralToken: collateral,
    ...(makerFee && { makerFee }),
    ...(takerFee && { takerFee }),
  }
  return { contractSize, rule }
}

/** A client order id as the exchange writes it. */
export function toExchangeClientId(clientOrderId: string, market: PairMarket): string {
  return `${market.clientIdPrefix}${clientOrderId}`
}

/** A client order id as the connector writes it. */
export function fromExchangeClientId(clientId: string, market: PairMarket): string {
  const { clientIdPrefix } = market
  return clientId.startsWith(clientIdPrefix) ? clientId.slice(clientIdPrefix.length) : clientId
}

function required<T>(value: T | undefined, pair: TradingPair, what: string): T {
  if (value !== undefined) return value
  throw new QtxError('QTX_EXCHANGE_ANSWER', `the exchange's market ${pair} has no readable ${what}`, {
    details: { pair },
  })
}

function unknownPair(markets: Readonly<Record<string, CcxtMarket>>, pair: TradingPair): QtxError {
  const near = nearMisses(markets, pair)
  return new QtxError('QTX_PAIR_UNKNOWN', `the exchange has no perpetual ${pair}`, {
    details: { pair, near },
    ...(near.length > 0 && { remedy: `check its spelling; near it are ${near.join(', ')}` }),
  })
}

/** Traded pairs of the same base, or whose base contains or is contained in the wanted one. */
function nearMisses(
  markets: Readonly<Record<string, CcxtMarket>>,
  pair: TradingPair,
): readonly TradingPair[] {
  const { base } = parseTradingPair(pair)
  const candidates = Object.entries(markets)
    .filter(([, market]) => market.swap === true && market.active !== false)
    .map(([symbol]) => symbol.split(':')[0]!.replace('/', '-'))
  const baseOf = (candidate: TradingPair) => candidate.split('-')[0]!
  const same = candidates.filter((candidate) => baseOf(candidate) === base)
  const similar = candidates.filter(
    (candidate) =>
      baseOf(candidate) !== base &&
      (baseOf(candidate).includes(base) || isOneEditAway(baseOf(candidate), base)),
  )
  return [...same, ...similar].slice(0, NEAR_MISSES_SHOWN)
}

/** One letter more, less, other, or two swapped. */
function isOneEditAway(a: string, b: string): boolean {
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const restOfA = a.slice(start, a.length - end)
  const restOfB = b.slice(start, b.length - end)
  if (restOfA.length <= 1 && restOfB.length <= 1) return true
  return restOfA.length === 2 && restOfA[0] === restOfB[1] && restOfA[1] === restOfB[0]
}
