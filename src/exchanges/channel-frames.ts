import type { FrameVerdict, UserFrameSink } from './ccxt-profile.ts'
import { readPairRows } from './frame-rows.ts'
import type { ExchangeSymbol, SymbolLookup } from './exchange-symbols.ts'
import { asRecord, asText, type UntrustedRecord } from './untrusted-fields.ts'

/** A frame in which `arg` says which channel it is of. */
export interface ChannelFrame {
  readonly fields: UntrustedRecord
  readonly channel: string
  /** Of channels of one symbol. */
  readonly exchangeSymbol: string | undefined
}

/**
 * Reads the outside of a frame; answers to subscribing have an `event` in place of data. Other events are left to ccxt.
 */
export function channelFrameOf(frame: unknown): ChannelFrame | 'acknowledged' | 'ignored' {
  const fields = asRecord(frame)
  if (fields?.['event'] === 'subscribe') return 'acknowledged'
  const arg = asRecord(fields?.['arg'])
  const channel = asText(arg?.['channel'])
  if (!fields || channel === undefined || fields['event'] !== undefined) return 'ignored'
  return { fields, channel, exchangeSymbol: asText(arg?.['instId']) }
}

/** What an exchange's private rows say; false where one could not be read. */
export interface PrivateReaders {
  readonly order: (row: UntrustedRecord, symbol: ExchangeSymbol, sink: UserFrameSink) => boolean
  readonly position: (row: UntrustedRecord, symbol: ExchangeSymbol, sink: UserFrameSink) => boolean
  readonly account: (data: unknown, sink: UserFrameSink) => FrameVerdict
}

/**
 * Reads the frames of the private channels `orders`, `account` and `positions`, and answers to subscribing. Errors are
 * left to ccxt, which ends the connection with them.
 */
export function readPrivateChannels(
  frame: unknown,
  symbols: SymbolLookup,
  sink: UserFrameSink,
  { order, position, account }: PrivateReaders,
): FrameVerdict {
  const push = channelFrameOf(frame)
  if (typeof push === 'string') return push
  const data = push.fields['data']
  switch (push.channel) {
    case 'orders':
      return readPairRows(data, 'instId', symbols, (row, symbol) => order(row, symbol, sink))
    case 'positions':
      return readPairRows(data, 'instId', symbols, (row, symbol) => position(row, symbol, sink))
    case 'account':
      return account(data, sink)
    default:
      return 'ignored'
  }
}
