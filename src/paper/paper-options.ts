import { Decimal, type DecimalInput } from '../common/decimal.ts'
import { QtxError } from '../errors.ts'

/** How trading on paper goes; everything has a default. */
export interface PaperOptions {
  /** What the account begins with, by asset; 10,000 USDT by default. */
  readonly balances?: Readonly<Record<string, DecimalInput>> | undefined
  /** How long an order or a cancel takes to the exchange, and its answer back, each, milliseconds; 2 by default. */
  readonly latencyMs?: number | undefined
  /** How much longer each of them may take, milliseconds; 0.5 by default. */
  readonly jitterMs?: number | undefined
  /** Fractions of the traded value; those of the exchange's trading rules by default. */
  readonly makerFee?: DecimalInput | undefined
  readonly takerFee?: DecimalInput | undefined
  /** Of every pair until it is set; 20 by default. */
  readonly leverage?: number | undefined
  /** Uniform in [0, 1), for the jitter; `Math.random` by default. */
  readonly random?: (() => number) | undefined
}

export interface PaperSettings {
  readonly balances: Readonly<Record<string, DecimalInput>>
  readonly latencyMs: number
  readonly jitterMs: number
  readonly makerFee: Decimal | undefined
  readonly takerFee: Decimal | undefined
  readonly leverage: number
  readonly random: () => number
}

const DEFAULT_BALANCES = { USDT: '10000' }
const DEFAULT_LATENCY_MS = 2
const DEFAULT_JITTER_MS = 0.5
const DEFAULT_LEVERAGE = 20
const LONGEST_MS = 60_000

/** @throws QtxError `QTX_CONFIG_INVALID`, naming the option. */
export function readPaperOptions(options: PaperOptions = {}): PaperSettings {
  const { balances = DEFAULT_BALANCES, leverage = DEFAULT_LEVERAGE } = options
  for (const [asset, amount] of Object.entries(balances)) {
    assert(readDecimal(amount)?.gte(0) === true, `the paper balance of ${asset}`, amount, 'zero or more')
  }
  assert(Number.isInteger(leverage) && leverage >= 1, 'leverage', leverage, 'a whole number from 1')
  return {
    balances,
    leverage,
    latencyMs: readMs('latencyMs', options.latencyMs, DEFAULT_LATENCY_MS),
    jitterMs: readMs('jitterMs', options.jitterMs, DEFAULT_JITTER_MS),
    makerFee: readFee('makerFee', options.makerFee),
    takerFee: readFee('takerFee', options.takerFee),
    random: options.random ?? Math.random,
  }
}

function readMs(name: string, value: number | undefined, usual: number): number {
  if (value === undefined) return usual
  assert(value >= 0 && value <= LONGEST_MS, name, value, `0 to ${LONGEST_MS} milliseconds`)
  return value
}

function readFee(name: string, value: DecimalInput | undefined): Decimal | undefined {
  if (value === undefined) return undefined
  const fee = readDecimal(value)
  assert(fee?.abs().lt('0.1') === true, name, value, 'a fraction such as 0.0004')
  return fee
}

function readDecimal(value: DecimalInput): Decimal | undefined {
  try {
    const read = new Decimal(value)
    return read.isFinite() ? read : undefined
  } catch {
    return undefined
  }
}

function assert(holds: boolean, name: string, value: unknown, expected: string): void {
  if (holds) return
  throw new QtxError('QTX_CONFIG_INVALID', `${name} was ${String(value)}, expected ${expected}`)
}
