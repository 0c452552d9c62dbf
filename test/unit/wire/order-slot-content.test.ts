import { expect, test } from 'vitest'
import { OrderSlots } from '../../../src/wire/order-slot-codec.ts'
import { SlotContentReader } from '../../../src/wire/order-slot-content.ts'
import { ANSWERED } from '../../support/order-slot-vectors.ts'
import { RingManager } from '../../support/ring-manager.ts'

function openSlots() {
  const buffer = new ArrayBuffer(RingManager.LENGTH_BYTES)
  return {
    buffer,
    slots: new OrderSlots(buffer),
    contents: new SlotContentReader(buffer),
    manager: new RingManager(buffer),
  }
}

test('an answered slot is described from the vendor’s bytes', () => {
  const { buffer, contents } = openSlots()
  new Uint8Array(buffer).set(Buffer.from(ANSWERED.hex, 'hex'), 16 + 7 * 10_432)
  new Uint8Array(buffer).set(Buffer.from(ANSWERED.answer), 16 + 7 * 10_432 + 428)
  expect(contents.read(7)).toEqual({
    slot: 7,
    mode: 'place',
    clientOrderId: '7',
    symbol: 'ETHUSDT',
    side: 'buy',
    orderType: 0,
    priceMatch: 0,
    price: '1',
    size: '0.01',
    placeNs: 1_748_231_160_126_789_012n,
    answerNs: 1_748_231_160_127_601_357n,
    answer: ANSWERED.answer,
  })
})

test('a description of a key slot contains neither key, secret nor the answer to them', () => {
  const { slots, contents, manager } = openSlots()
  slots.writeKey(0, 'planted-key-1', 'planted-secret-2')
  manager.answer(0, '{"key":"planted-key-1"}')
  const content = contents.read(0)
  expect(content.mode).toBe('key')
  expect(Object.values(content).join(' ')).not.toMatch(/planted/)
})

test('a slot is blank until something is written into it', () => {
  const { slots, contents } = openSlots()
  expect(contents.isBlank(5)).toBe(true)
  slots.writeCancel(5, { clientOrderId: '0', symbol: 'X' })
  expect(contents.isBlank(5)).toBe(false)
  slots.writeKey(6, 'k', 's')
  expect(contents.isBlank(6)).toBe(false)
})
