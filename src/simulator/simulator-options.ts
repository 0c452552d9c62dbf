import type { Clock } from '../common/clock.ts'
import type { DecimalInput } from '../common/decimal.ts'
import type { Logger } from '../common/log.ts'
import type { TradingPair } from '../common/trading-pair.ts'
import type { ExchangeBackend } from '../wire/symbol-names.ts'
import type { SimulatedAccount } from './exchange/credential-store.ts'
import type { FeedFaultOptions } from './feed/feed-faults.ts'
import type { MulticastTarget } from './feed/feed-server.ts'
import type { StreamRingNames } from '../wire/stream-ring-layout.ts'
import type { AnswerBehaviourOptions } from './orders/answer-behaviour.ts'
import type { PollMode } from './orders/slot-poller.ts'

/** Where the simulated market comes from. */
export type SimulatorSource =
  | {
      readonly kind: 'model'
      /** Of all pairs together. Default: 130 for each pair. */
      readonly messagesPerSecond?: number | undefined
      /** Where prices start and what they return to, decimal text by pair. */
      readonly prices?: Readonly<Record<TradingPair, string>>
    }
  | {
      readonly kind: 'recording'
      /** Lines `<receive time, ns> <json of the combined stream>`, plain or gzipped. */
      readonly file: string
      /** A factor of the recorded speed, or `max`. Default 1. */
      readonly speed?: number | 'max' | undefined
      /** `now` moves the exchange's times to the moment of the play. Default `now`. */
      readonly times?: 'recorded' | 'now'
    }

/** The account that exists when none is given. These words are no secret: they open nothing but a simulator. */
export const DEMO_ACCOUNT: SimulatedAccount = {
  apiKey: 'simulated-api-key',
  apiSecret: 'simulated-api-secret',
  passphrase: 'simulated-passphrase',
  userId: '10001',
  balances: { USDT: '10000' },
}

/** The pairs that are simulated when none are given. */
export const DEMO_PAIRS: readonly TradingPair[] = ['BTC-USDT', 'ETH-USDT']

/** Prices that the model starts from, unless the source gives others. */
export const MODEL_PRICES: Readonly<Record<TradingPair, string>> = {
  'BTC-USDT': '61800',
  'ETH-USDT': '2680',
  'SOL-USDT': '155',
  'DOGE-USDT': '0.105',
}

/** What `startSimulator` may be told; everything has a default. */
export interface SimulatorOptions {
  /** The address that feed and exchange listen on. Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Which exchange is simulated. Default `binance`. */
  readonly exchange?: ExchangeBackend | undefined
  /** UDP port of the feed. Default 0: any free one. */
  readonly feedPort?: number | undefined
  /** TCP port of the exchange's REST and websocket servers. Default 0: any free one. */
  readonly exchangePort?: number | undefined
  /** Default BTC-USDT and ETH-USDT. */
  readonly pairs?: readonly TradingPair[] | undefined
  /** Other QTX symbols than the usual ones, by pair. */
  readonly qtxSymbols?: Readonly<Record<TradingPair, string>> | undefined
  /** Default: the model. */
  readonly source?: SimulatorSource | undefined
  /** Whether the source plays from the start; else `startSource()` begins it. Default true. */
  readonly playFromStart?: boolean | undefined
  readonly faults?: FeedFaultOptions | undefined
  readonly feed?:
    | {
        /** Default `index-and-symbol`; `index` is what older servers answer. */
        readonly answerForm?: 'index-and-symbol' | 'index' | undefined
        /** Default false. */
        readonly answerPing?: boolean | undefined
        /** Larger depth messages are split. Default 65,507. */
        readonly maxDatagramBytes?: number | undefined
        readonly multicast?: MulticastTarget | undefined
      }
    | undefined
  /**
   * Whether market data is written to shared memory too, and under which names; `true` chooses names that no other
   * process has. Default false.
   */
  readonly streamRings?: boolean | StreamRingNames | undefined
  /** The order ring's name. Default: one that no other process has. */
  readonly sharedMemoryName?: string | undefined
  readonly orderManager?:
    | (AnswerBehaviourOptions & {
        /** Default `adaptive`. */
        readonly poll?: PollMode | undefined
        /** Default `before-answer`. */
        readonly advance?: 'before-answer' | 'after-answer' | undefined
      })
    | undefined
  /** Parts of the traded value, negative for a rebate. Default 0.0002 maker, 0.0005 taker. */
  readonly fees?: { readonly maker: DecimalInput; readonly taker: DecimalInput } | undefined
  /** Default: `DEMO_ACCOUNT`. */
  readonly accounts?: readonly SimulatedAccount[] | undefined
  /** The same seed gives the same market, indices and faults. Default 1. */
  readonly seed?: number | undefined
  readonly clock?: Clock | undefined
  readonly log?: Logger | undefined
}
