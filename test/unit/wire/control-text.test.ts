import { describe, expect, test } from 'vitest'
import {
  isControlText,
  parseControlAnswer,
  subscribeText,
  unsubscribeText,
} from '../../../src/wire/control-text.ts'
import { MESSAGE_VECTORS } from '../../support/message-vectors.ts'

const SYMBOL = 'binance-futures:btcusdt'

function isText(bytes: Uint8Array): boolean {
  return isControlText(bytes, 0, bytes.length)
}

describe('telling text from data', () => {
  test.each(MESSAGE_VECTORS)('Q21: the message "$name" is data', ({ hex }) => {
    expect(isText(Buffer.from(hex, 'hex'))).toBe(false)
  })

  test.each(['9', `9:${SYMBOL}`, 'unknown symbol', 'two\r\nlines\t.', 'terminated\0'])(
    '%j is text',
    (text) => {
      expect(isText(Buffer.from(text, 'latin1'))).toBe(true)
    },
  )

  test('nothing, a lone terminator, and bytes that do not print are not text', () => {
    for (const bytes of [[], [0], [0x31, 0, 0x31], [0x31, 0x80], [0x7f]]) {
      expect(isText(Uint8Array.from(bytes))).toBe(false)
    }
  })

  test('only the part that belongs to the datagram is looked at', () => {
    const bytes = Uint8Array.from([0, 0x31, 0x32, 0xff])
    expect(isControlText(bytes, 1, 2)).toBe(true)
    expect(isControlText(bytes, 0, 2)).toBe(false)
    expect(isControlText(bytes, 2, 2)).toBe(false)
  })
})

describe('reading answers', () => {
  test.each([
    [`9:${SYMBOL}`, { kind: 'index', index: 9, symbol: SYMBOL }],
    [`0:${SYMBOL}\0`, { kind: 'index', index: 0, symbol: SYMBOL }],
    ['9', { kind: 'index', index: 9, symbol: undefined }],
    [' 12 \n', { kind: 'index', index: 12, symbol: undefined }],
    ['2147483647', { kind: 'index', index: 2_147_483_647, symbol: undefined }],
    ['2147483648', { kind: 'words', words: '2147483648' }],
    ['9:', { kind: 'words', words: '9:' }],
    ['-9', { kind: 'words', words: '-9' }],
    ['9 symbols', { kind: 'words', words: '9 symbols' }],
    ['unknown symbol x\n', { kind: 'words', words: 'unknown symbol x' }],
  ])('%j', (text, expected) => {
    expect(parseControlAnswer(text)).toEqual(expected)
  })
})

describe('writing requests', () => {
  test('a subscription is the symbol, an unsubscription has a dash before it', () => {
    expect(subscribeText(SYMBOL)).toBe(SYMBOL)
    expect(unsubscribeText(SYMBOL)).toBe(`-${SYMBOL}`)
  })

  test('a symbol may have 63 bytes and not one more', () => {
    expect(subscribeText('x'.repeat(63))).toHaveLength(63)
    expect(() => subscribeText('x'.repeat(64))).toThrow(/is not 1 to 63 plain characters/)
  })

  test.each(['', ' ', 'a b', '-binance:x', 'btcüsdt', 'a\n', 'a\0'])('%j is no symbol', (symbol) => {
    expect(() => subscribeText(symbol)).toThrow(expect.objectContaining({ code: 'QTX_PAIR_INVALID' }))
  })
})
