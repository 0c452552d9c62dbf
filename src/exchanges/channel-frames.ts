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
