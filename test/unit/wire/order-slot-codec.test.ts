import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { QtxError } from '../../../src/errors.ts'
import { OrderSlots } from '../../../src/wire/order-slot-codec.ts'
import type { SlotOrder } from '../../../src/wire/order-slot-request.ts'
import {
  ANSWERED,
  CANCEL,
  ORDER_SLOT_VECTORS,
  PLACE_GTC_BUY,
  PLACE_POST_ONLY_SELL,
  SET_KEY,
} from '../../support/order-slot-vectors.ts'
import { RingManager } from '../../support/ring-manager.ts'

const PLACE_NS = 1_748_231_160_126_789_012n
const PLACE_TIME = { low: Number(PLACE_NS & 0xffff_ffffn), high: Number(PLACE_NS >> 32n) }
const ORDER: SlotOrder = {
  clientOrderId: '1748231160123456789',
  symbol: 'BTCUSDT',
  tradeType: 'buy',
  orderType: 'limit',
  price: '93662.20',
  size: '0.010',
}
const SOURCE = new URL('../../../../shared/protocol/vectors.json', import.meta.url)

function openSlots() {
  const buffer = new ArrayBuffer(RingManager.LENGTH_BYTES)
  return { buffer, slots: new OrderSlots(buffer), manager: new RingManager(buffer) }
}

function hexOf(manager: RingManager, slot: number): string {
  return Buffer.from(manager.slotBytes(slot).subarray(0, 428)).toString('hex')
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return (error as QtxError).code
  }
  return 'nothing thrown'
}

describe('the bytes of a slot', () => {
  test('a key is written as the vendor’s structure has it', () => {
    const { slots, manager } = openSlots()
    slots.writeKey(3, 'k'.repeat(64), 's'.repeat(64))
    expect(hexOf(manager, 3)).toBe(SET_KEY.hex)
  })

  test('a GTC buy is written as the vendor’s structure has it', () => {
    const { slots, manager } = openSlots()
    slots.writeOrder(0, ORDER, PLACE_TIME)
    expect(hexOf(manager, 0)).toBe(PLACE_GTC_BUY.hex)
  })

  test('a post-only sell with the largest id and full text fields is written as the vendor’s structure has it', () => {
    const { slots, manager } = openSlots()
    slots.writeOrder(
      99,
      {
        clientOrderId: 18446744073709551615n,
        symbol: '1000PEPEUSDT',
        tradeType: 'sell',
        orderType: 'limitMaker',
        price: '0.00001234',
        size: '1234567890123456789012.12345678',
      },
      PLACE_TIME,
    )
    expect(hexOf(manager, 99)).toBe(PLACE_POST_ONLY_SELL.hex)
  })

  test('a cancellation is written as the vendor’s structure has it', () => {
    const { slots, manager } = openSlots()
    slots.writeCancel(50, { clientOrderId: '1748231160123456789', symbol: 'BTC-USDT-SWAP' })
    expect(hexOf(manager, 50)).toBe(CANCEL.hex)
  })

  test('an answered slot is read from the vendor’s bytes', () => {
    const { buffer, slots } = openSlots()
    new Uint8Array(buffer).set(Buffer.from(ANSWERED.hex, 'hex'), 16 + 7 * 10_432)
    new Uint8Array(buffer).set(Buffer.from(ANSWERED.answer), 16 + 7 * 10_432 + 428)
    expect(slots.isAnswered(7)).toBe(true)
    expect(slots.readAnswer(7)).toBe(ANSWERED.answer)
  })

  test.skipIf(!existsSync(SOURCE))(
    'the copied vectors equal their source (not run where the source is not at hand)',
    () => {
      const source = JSON.parse(readFileSync(SOURCE, 'utf8')) as {
        order_slots: { name: string; hex_first_428: string; res_msg: string }[]
      }
      expect(source.order_slots.map((row) => [row.name, row.hex_first_428, row.res_msg])).toEqual(
        ORDER_SLOT_VECTORS.map((row) => [row.name, row.hex, row.answer]),
      )
    },
  )

  test.each([
    ['ioc', 0n],
    ['gtc', 2n],
    ['fok', 3n],
  ] as const)('Q57: time in force %s is reachable', (timeInForce, code) => {
    const { slots, manager } = openSlots()
    slots.writeOrder(0, { ...ORDER, timeInForce }, PLACE_TIME)
    expect(manager.peek(0).orderType).toBe(code)
  })

  test.each([
    ['none', 0n],
    ['queue', 1n],
    ['queue5', 2n],
    ['opponent', 3n],
    ['opponent5', 4n],
  ] as const)('price match %s has its code', (priceMatch, code) => {
    const { slots, manager } = openSlots()
    slots.writeOrder(0, { ...ORDER, priceMatch }, PLACE_TIME)
    expect(manager.peek(0).priceMatch).toBe(code)
  })
})

describe('a slot that is used again', () => {
  test('keeps nothing of its last content, not even of what another process left', () => {
    const { buffer, slots, manager } = openSlots()
    new Uint8Array(buffer).fill(0xee, 16)
    slots.writeOrder(
      0,
      { ...ORDER, symbol: 'A'.repeat(99), size: '9'.repeat(31), price: '8'.repeat(31) },
      PLACE_TIME,
    )
    manager.answer(0, 'x'.repeat(10_000))
    expect(slots.readAnswer(0)).toBe('x'.repeat(10_000))
    slots.writeOrder(0, ORDER, PLACE_TIME)
    const clean = openSlots()
    clean.slots.writeOrder(0, ORDER, PLACE_TIME)
    expect(manager.slotBytes(0)).toEqual(clean.manager.slotBytes(0))
  })

  test('touches no byte of its neighbours', () => {
    const { buffer, slots, manager } = openSlots()
    new Uint8Array(buffer).fill(0xee)
    slots.writeOrder(41, ORDER, PLACE_TIME)
    slots.writeCancel(41, { clientOrderId: 1n, symbol: 'X' })
    slots.writeKey(41, 'k'.repeat(99), 's'.repeat(99))
    slots.wipeKey(41)
    expect(manager.slotBytes(40).every((byte) => byte === 0xee)).toBe(true)
    expect(manager.slotBytes(42).every((byte) => byte === 0xee)).toBe(true)
  })

  test('Q51: carries no key into the next request, even when nobody wiped it', () => {
    const { slots, manager } = openSlots()
    slots.writeCancel(0, { clientOrderId: 1n, symbol: 'X' })
    slots.writeKey(0, 'k'.repeat(99), 's'.repeat(99))
    slots.writeOrder(0, ORDER, PLACE_TIME)
    expect(hexOf(manager, 0)).toBe(PLACE_GTC_BUY.hex)
  })
})

describe('what is refused before anything is written', () => {
  test.each([
    ['Q53: a size with an exponent', { size: '5E-7' }],
    ['a price with an exponent', { price: '1e5' }],
    ['a size of zero', { size: '0.000' }],
    ['a negative size', { size: '-1' }],
    ['a signed price', { price: '+1' }],
    ['a size with two points', { size: '1.2.3' }],
    ['a size that ends in a point', { size: '1.' }],
    ['a size that begins with a point', { size: '.5' }],
    ['an empty price', { price: '' }],
    ['a price with a blank', { price: ' 1' }],
    ['a price with a thousands separator', { price: '1,000' }],
    ['a price with digits of another script', { price: '١٢' }],
    ['NaN', { price: 'NaN' }],
    ['Infinity', { price: 'Infinity' }],
    ['a price of 32 characters', { price: '1'.repeat(32) }],
    ['a number where text is due', { price: 93662.2 as unknown as string }],
    ['a symbol of 100 characters', { symbol: 'A'.repeat(100) }],
    ['an empty symbol', { symbol: '' }],
    ['a symbol with a terminator', { symbol: 'BTC\0USDT' }],
    ['a symbol that is not ASCII', { symbol: 'BTCÜSDT' }],
    ['Q70: an id that is not a number', { clientOrderId: 'x-nbQe1H39' }],
    ['Q71: an id of 2^64', { clientOrderId: '18446744073709551616' }],
    ['Q71: an id of 2^64 as a bigint', { clientOrderId: 1n << 64n }],
    ['a negative id', { clientOrderId: -1n }],
    ['an empty id', { clientOrderId: '' }],
    ['an id of 21 digits', { clientOrderId: '100000000000000000000' }],
    ['an id with a leading zero', { clientOrderId: '007' }],
    ['a hexadecimal id', { clientOrderId: '0x10' }],
    ['an id with a sign', { clientOrderId: '+1' }],
  ])('%s', (_, change) => {
    const { buffer, slots } = openSlots()
    new Uint8Array(buffer).fill(0xaa)
    const before = Buffer.from(buffer).toString('latin1')
    expect(codeOf(() => slots.writeOrder(0, { ...ORDER, ...change }, PLACE_TIME))).toBe('QTX_RING_TEXT')
    expect(Buffer.from(buffer).toString('latin1') === before).toBe(true)
  })

  test.each([
    ['a post-only order that is ioc', { orderType: 'limitMaker', timeInForce: 'ioc' }],
    ['a post-only order that is fok', { orderType: 'limitMaker', timeInForce: 'fok' }],
    ['a market order', { orderType: 'market' }],
    ['an unknown side', { tradeType: 'BUY' }],
    ['an unknown time in force', { timeInForce: 'day' }],
    ['an inherited name as time in force', { timeInForce: 'toString' }],
    ['an unknown price match', { priceMatch: 'queue20' }],
  ])('%s', (_, change) => {
    const { buffer, slots } = openSlots()
    const order = { ...ORDER, ...change } as unknown as SlotOrder
    expect(codeOf(() => slots.writeOrder(0, order, PLACE_TIME))).toBe('QTX_ORDER_INVALID')
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true)
  })

  test.each([
    ['', 's'],
    ['k', ''],
    ['k'.repeat(100), 's'],
    ['k', 's'.repeat(100)],
    ['schlüssel-geheim', 's'],
    ['k', 'ge heim'],
  ])('an unfit key or secret, and the error names neither', (apiKey, apiSecret) => {
    const { buffer, slots } = openSlots()
    let thrown: unknown
    try {
      slots.writeKey(0, apiKey, apiSecret)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'QTX_RING_TEXT' })
    for (const secret of [apiKey, apiSecret]) {
      if (secret.length > 3) expect(JSON.stringify(thrown) + String(thrown)).not.toContain(secret)
    }
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true)
  })

  test.each(['0', '1', '4294967295', '4294967296', '9007199254740993', '18446744073709551615'])(
    'Q71: the id %s is written exactly',
    (clientOrderId) => {
      const { slots, manager } = openSlots()
      slots.writeOrder(0, { ...ORDER, clientOrderId }, PLACE_TIME)
      expect(manager.peek(0).clientOrderId).toBe(BigInt(clientOrderId))
      slots.writeCancel(1, { clientOrderId: BigInt(clientOrderId), symbol: 'X' })
      expect(manager.peek(1).clientOrderId).toBe(BigInt(clientOrderId))
    },
  )
})

describe('reading', () => {
  test('an answer ends at its terminator', () => {
    const { slots, manager } = openSlots()
    slots.writeOrder(0, ORDER, PLACE_TIME)
    expect(slots.readAnswer(0)).toBeUndefined()
    manager.answer(0, 'first and longer')
    manager.answer(0, 'second')
    expect(slots.readAnswer(0)).toBe('second')
  })

  test('an answer without a terminator ends with its field, not in the next slot', () => {
    const { slots, manager } = openSlots()
    manager.answer(1, 'y'.repeat(10_000))
    manager.answer(0, 'x'.repeat(12_000))
    expect(slots.readAnswer(0)).toBe('x'.repeat(10_000))
  })

  test('an answer time of which only one half is set counts as answered', () => {
    const { slots, manager } = openSlots()
    manager.answer(0, 'a', 1n)
    manager.answer(1, 'b', 1n << 32n)
    expect([slots.isAnswered(0), slots.isAnswered(1), slots.isAnswered(2)]).toEqual([true, true, false])
  })

  test('bytes that are not UTF-8 are read without failing', () => {
    const { buffer, slots, manager } = openSlots()
    manager.answer(0, 'abc')
    new Uint8Array(buffer)[16 + 428] = 0xff
    expect(slots.readAnswer(0)).toBe('\ufffdbc')
  })

  test('wiping leaves no byte of key and secret', () => {
    const { buffer, slots } = openSlots()
    slots.writeKey(0, 'k'.repeat(99), 's'.repeat(99))
    slots.wipeKey(0)
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true)
  })
})
