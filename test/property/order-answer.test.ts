import fc from '../support/seeded-fast-check.ts'
import { describe, expect, test } from 'vitest'
import { EXCHANGE_BACKENDS, type ExchangeBackend } from '../../src/wire/symbol-names.ts'
import { OrderAnswerReader, decodeOrderAnswer } from '../../src/wire/order-answer.ts'

const ID = '8392847102938471'
const EXCHANGE_ID = '1917641'

/** Acceptances as the exchanges write them, with everything that the format looks at and some that it does not. */
const ACCEPTANCES: Readonly<Record<ExchangeBackend, Readonly<Record<'place' | 'cancel', string>>>> = {
  binance: {
    place: `{"id":"1","status":200,"result":{"orderId":${EXCHANGE_ID},"symbol":"BTCUSDT","status":"NEW","clientOrderId":"${ID}","price":"61800.10","origQty":"0.010","executedQty":"0.000","reduceOnly":false,"updateTime":1748231160127},"rateLimits":[{"rateLimitType":"ORDERS","limit":300,"count":1}]}`,
    cancel: `{"id":"1","status":200,"result":{"orderId":${EXCHANGE_ID},"status":"CANCELED","clientOrderId":"x","origClientOrderId":"${ID}","executedQty":"0.004"}}`,
  },
  okx: {
    place: `{"id":"1","op":"order","code":"0","msg":"","data":[{"ordId":"${EXCHANGE_ID}","clOrdId":"${ID}","tag":"","sCode":"0","sMsg":""}],"inTime":"1695190491421339"}`,
    cancel: `{"id":"1","op":"cancel-order","code":"0","msg":"","data":[{"ordId":"${EXCHANGE_ID}","clOrdId":"${ID}","sCode":"0","sMsg":""}]}`,
  },
  bybit: {
    place: `{"reqId":"1","retCode":0,"retMsg":"OK","op":"order.create","data":{"orderId":"a2c1-${EXCHANGE_ID}","orderLinkId":"${ID}"},"header":{"Timenow":"1711001595209"},"connId":"c"}`,
    cancel: `{"retCode":0,"retMsg":"OK","op":"order.cancel","data":{"orderId":"a2c1-${EXCHANGE_ID}","orderLinkId":"${ID}"}}`,
  },
  bitget: {
    place: `{"event":"trade","arg":[{"id":"1","instType":"USDT-FUTURES","channel":"place-order","params":{"orderId":"${EXCHANGE_ID}","clientOid":"${ID}"}}],"code":0,"msg":"Success","ts":1750034396082}`,
    cancel: `{"event":"trade","arg":[{"channel":"cancel-order","params":{"orderId":"${EXCHANGE_ID}","clientOid":"${ID}"}}],"code":"0"}`,
  },
  kucoin: {
    place: `{"id":"1","op":"futures.order","code":"200000","data":{"orderId":"${EXCHANGE_ID}","clientOid":"${ID}"},"inTime":1677,"outTime":1678}`,
    cancel: `{"op":"futures.cancel","code":"200000","data":{"clientOid":"${ID}"}}`,
  },
  gate_io: {
    place: `{"request_id":"1","ack":false,"header":{"response_time":"1681","status":"200","channel":"futures.order_place"},"data":{"result":{"id":${EXCHANGE_ID},"text":"t-${ID}","status":"open","size":10,"left":7,"price":"61800.1","is_close":false}}}`,
    cancel: `{"header":{"status":"200"},"data":{"result":{"id":${EXCHANGE_ID},"text":"t-${ID}","status":"finished","finish_as":"cancelled","size":-10,"left":-10}}}`,
  },
  blofin: {
    place: `{"code":"0","msg":"","data":[{"orderId":"${EXCHANGE_ID}","clientOrderId":"${ID}","msg":"","code":"0"}]}`,
    cancel: `{"code":"0","msg":"","data":[{"orderId":"${EXCHANGE_ID}","clientOrderId":"${ID}","code":"0"}]}`,
  },
}

/** What may be put into an answer: pieces of JSON, and of other answers. */
const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\u0031',
    '\\\\',
    ' ',
    '\n',
    '\0',
    'é',
    '-',
    '.',
    '0',
    '1',
    '00',
    '1e3',
    '-0',
    '9007199254740993',
  ],
  ...[
    'null',
    'true',
    'false',
    '{}',
    '[]',
    '""',
    '"0"',
    '"200"',
    '200',
    '400',
    '"error"',
    '"REJECTED"',
    '"NEW"',
    '"x y"',
  ],
  ...[
    '"status":',
    '"result":',
    '"error":{},',
    '"code":"1",',
    '"code":-1,',
    '"data":',
    '"data":[{}],',
    '"op":"order",',
    '"ack":true,',
  ],
  ...[
    '"label":"INTERNAL",',
    '"orderId":"7",',
    '"sCode":"1",',
    '"clientOrderId":"8",',
    '"params":{},',
    '"cancelledOrderIds":[],',
  ],
  ...[
    '"__proto__":{"status":200},',
    '"origClientOrderId":"9",',
    '"errs":{"label":"X"},',
    ',{"orderId":"5"}',
    '"finish_as":"filled",',
  ],
]

type Change = (text: string) => string

const place = fc.double({ min: 0, max: 1, noNaN: true })
const at = (text: string, fraction: number) => Math.floor(fraction * (text.length + 1))

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.constantFrom(...PIECES)).map(([where, piece]): Change => (text) => {
    const start = at(text, where)
    return text.slice(0, start) + piece + text.slice(start)
  }),
  // After a comma or a brace a member is most likely to stay JSON.
  fc.tuple(place, fc.constantFrom(...PIECES)).map(([where, piece]): Change => (text) => {
    const ends = [...text.matchAll(/[,{[]/g)].map((match) => match.index + 1)
    const start = ends[Math.floor(where * ends.length)] ?? 0
    return text.slice(0, start) + piece + text.slice(start)
  }),
  fc.tuple(place, fc.constantFrom(...PIECES)).map(([where, piece]): Change => (text) => {
    const values = [...text.matchAll(/:("[^"]*"|-?\d+|true|false)/g)]
    const value = values[Math.floor(where * values.length)]
    if (!value) return text
    return `${text.slice(0, value.index)}:${piece}${text.slice(value.index + value[0].length)}`
  }),
  fc.tuple(place, fc.nat(12)).map(([where, length]): Change => (text) => {
    const start = at(text, where)
    return text.slice(0, start) + text.slice(start + length)
  }),
  fc.tuple(place, place, place).map(([from, to, where]): Change => (text) => {
    const [start, end] = [at(text, Math.min(from, to)), at(text, Math.max(from, to))]
    const target = at(text, where)
    return text.slice(0, target) + text.slice(start, end) + text.slice(target)
  }),
  fc.tuple(place, fc.integer({ min: 0, max: 255 })).map(([where, code]): Change => (text) => {
    const start = at(text, where)
    return text.slice(0, start) + String.fromCharCode(code) + text.slice(start + 1)
  }),
  fc.constantFrom<Change>(
    (text) => ` ${text}\n`,
    (text) => text.replaceAll(':', ': '),
    (text) => `[${text}]`,
    (text) => JSON.stringify(JSON.stringify(text)),
    (text) => text.replaceAll(ID, '8392847102938472'),
    (text) => text.replaceAll(/\d{7}/g, '9007199254740993'),
  ),
)

const answers = EXCHANGE_BACKENDS.flatMap((backend) =>
  (['place', 'cancel'] as const).map((request) => ({
    backend,
    request,
    text: ACCEPTANCES[backend][request],
  })),
)

/** ASCII without a zero. */
function isCopied(text: string): boolean {
  return Array.from(text).every((character) => character > '\0' && character <= '\x7f')
}

/** As it is read out of a slot: in bytes, by the shape of an earlier answer where it has that. */
function readInBytes(reader: OrderAnswerReader, request: 'place' | 'cancel', text: string) {
  const { words } = reader
  // What is not ASCII, or too long, is not even copied.
  if (!words || !isCopied(text) || text.length >= 4 * words.length) return undefined
  new Uint8Array(words.buffer).fill(0xee, 0, 4 * words.length)
  Buffer.from(words.buffer).write(text, 'latin1')
  return reader.readAcceptanceInWords(request, ID, text.length)
}

const digitChange: fc.Arbitrary<Change> = fc
  .tuple(place, fc.constantFrom(...Array.from('0123456789/:.-"e')))
  .map(([where, to]): Change => (text) => {
    const digits = [...text.matchAll(/\d/g)]
    const index = digits[Math.floor(where * digits.length)]?.index
    return index === undefined ? text : text.slice(0, index) + to + text.slice(index + 1)
  })

describe.each(answers)('the acceptance of a $request by $backend', ({ backend, request, text }) => {
  const reader = new OrderAnswerReader(backend)

  test('is read without building its JSON, and read the same', () => {
    const read = reader.readAcceptance(request, ID, text)
    expect(read).toMatchObject({ kind: 'accepted', clientOrderId: ID })
    expect(read).toEqual(decodeOrderAnswer(backend, request, ID, text))
  })

  test('however it is changed, it is never read as anything but what the full parser reads', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const changed = changes.reduce((before, apply) => apply(before), text)
        const full = decodeOrderAnswer(backend, request, ID, changed)
        const fast = reader.readAcceptance(request, ID, changed)
        if (fast) expect(fast).toEqual(full)
        expect(reader.read(request, ID, changed)).toEqual(full)
        expect(readInBytes(reader, request, changed)).toEqual(isCopied(changed) ? fast : undefined)
      }),
      { numRuns: 1_500, seed: 20_261_122 },
    )
  })

  test('whichever of its digits are others, it is read by its shape as it is read in full', () => {
    const byShape = new OrderAnswerReader(backend)
    expect(readInBytes(byShape, request, text)).toMatchObject({ kind: 'accepted', clientOrderId: ID })
    let isRead = 0
    fc.assert(
      fc.property(fc.array(digitChange, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = changes.reduce((before, apply) => apply(before), text)
        const full = decodeOrderAnswer(backend, request, ID, changed)
        const fast = readInBytes(byShape, request, changed)
        if (fast) expect(fast).toEqual(full)
        if (fast) isRead++
        // One that has no shape yet says the same.
        expect(readInBytes(new OrderAnswerReader(backend), request, changed)).toEqual(fast)
      }),
      { numRuns: 1_500, seed: 20_261_122 },
    )
    expect(isRead).toBeGreaterThan(20)
  })
})

test.each<[string, ExchangeBackend, Change]>([
  ['an object stands twice', 'binance', (text) => text.replace(/}$/, ',"result":{}}')],
  ['a list stands twice', 'okx', (text) => text.replace(/}$/, ',"data":[]}')],
  ['a text is written with an escape', 'binance', (text) => text.replace(':1917641', ':"191\\u0037641"')],
  ['a text has a quote in it', 'okx', (text) => text.replace('"1917641"', '"19\\"17641"')],
  ['a character is no ASCII', 'binance', (text) => text.replace('BTCUSDT', 'BTCUSDТ')],
  ['a control character stands in a text', 'binance', (text) => text.replace('BTCUSDT', 'BTC\tUSDT')],
  ['a row follows the row', 'okx', (text) => text.replace('}]', '},{}]')],
  ['a row follows the row that is none', 'blofin', (text) => text.replace('}]', '},0]')],
  ['the row is in a list of its own', 'okx', (text) => text.replace('[{', '[[{').replace('}]', '}]]')],
  [
    'canceled orders are listed',
    'kucoin',
    (text) => text.replace('"data":{', '"data":{"cancelledOrderIds":[],'),
  ],
  ['the code is a list', 'blofin', (text) => text.replace('"code":"0"', '"code":["0"]')],
  ['it is an array', 'bybit', (text) => `[${text}]`],
  ['it is nested too deep', 'bybit', (text) => text.replace('"OK"', `${'['.repeat(40)}${']'.repeat(40)}`)],
  ['it is longer than any answer', 'binance', (text) => text.replace('BTCUSDT', 'B'.repeat(9_000))],
  ['something follows', 'gate_io', (text) => `${text}{}`],
  ['it is cut', 'gate_io', (text) => text.slice(0, -1)],
  ['a number starts with a zero', 'binance', (text) => text.replace(':1917641', ':01917641')],
  ['a number has an exponent', 'binance', (text) => text.replace(':1917641', ':19e3')],
])('when %s, %s is left to the full parser', (_what, backend, apply) => {
  const reader = new OrderAnswerReader(backend)
  const text = apply(ACCEPTANCES[backend].place)
  expect(text).not.toBe(ACCEPTANCES[backend].place)
  expect(reader.readAcceptance('place', ID, text)).toBeUndefined()
  expect(reader.read('place', ID, text)).toEqual(decodeOrderAnswer(backend, 'place', ID, text))
})

test('an answer of one exchange is read by the reader of every other one as its full parser reads it', () => {
  for (const { backend, request } of answers) {
    const reader = new OrderAnswerReader(backend)
    for (const { text } of answers) {
      expect(reader.read(request, ID, text)).toEqual(decodeOrderAnswer(backend, request, ID, text))
    }
  }
})

test('values other than those of an answer leave the reader as good as new', () => {
  const reader = new OrderAnswerReader('binance')
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(reader.read('place', ID, json)).toEqual(decodeOrderAnswer('binance', 'place', ID, json))
      const { place: usual } = ACCEPTANCES.binance
      expect(reader.readAcceptance('place', ID, usual)?.exchangeOrderId).toBe(EXCHANGE_ID)
    }),
    { seed: 20_261_122 },
  )
})
