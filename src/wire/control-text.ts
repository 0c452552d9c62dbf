import { QtxError } from '../errors.ts'

/** The longest symbol the server takes (C SDK: 64 bytes with the terminator). */
export const MAX_SYMBOL_BYTES = 63

/** Subscriptions on one socket (C SDK; assumed of the server). */
export const MAX_SUBSCRIPTIONS_PER_SOCKET = 100

/**
 * A text that the server sent: the index of a subscription, with its symbol from newer servers and without from
 * older ones, or anything else, which is the reason of a refusal or the answer to an unsubscription.
 */
export type ControlAnswer =
  | { readonly kind: 'index'; readonly index: number; readonly symbol: string | undefined }
  | { readonly kind: 'words'; readonly words: string }

/** The datagram that subscribes: the symbol itself. @throws QtxError `QTX_PAIR_INVALID`. */
export function subscribeText(symbol: string): string {
  return assertSymbol(symbol)
}

/** The datagram that unsubscribes: a dash and the symbol. @throws QtxError `QTX_PAIR_INVALID`. */
export function unsubscribeText(symbol: string): string {
  return `-${assertSymbol(symbol)}`
}

function assertSymbol(symbol: string): string {
  if (!/^[!-~]+$/.test(symbol) || symbol.startsWith('-') || symbol.length > MAX_SYMBOL_BYTES) {
    throw new QtxError(
      'QTX_PAIR_INVALID',
      `QTX symbol ${JSON.stringify(symbol)} is not 1 to ${MAX_SYMBOL_BYTES} plain characters`,
      {
        details: { symbol },
        remedy: 'use a symbol such as binance-futures:btcusdt',
      },
    )
  }
  return symbol
}

/**
 * Whether a datagram is text: printable ASCII throughout. No binary message is, because its type's first byte never
 * prints; so answers are told from data by content, whatever order they arrive in.
 */
export function isControlText(bytes: Uint8Array, offset: number, lengthBytes: number): boolean {
  if (lengthBytes === 0) return false
  const end = offset + lengthBytes
  for (let i = offset; i < end; i++) {
    const byte = bytes[i]!
    const printable = (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d
    // A server that keeps C's terminator sends one zero, at the very end.
    if (!printable && !(byte === 0 && i === end - 1 && i > offset)) return false
  }
  return true
}

/** Reads a text answer. `9:binance-futures:btcusdt`, the older `9`, or words. */
export function parseControlAnswer(text: string): ControlAnswer {
  const trimmed = text.replace(/\0$/, '').trim()
  const match = /^(\d{1,10})(?::(.+))?$/.exec(trimmed)
  if (match && Number(match[1]) <= 0x7fffffff) {
    return { kind: 'index', index: Number(match[1]), symbol: match[2]?.trim() }
  }
  return { kind: 'words', words: trimmed }
}
