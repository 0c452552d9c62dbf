/**
 * Prints how many bytes writing an order into its slot allocates, and reading an acceptance: the least of several
 * rounds, because the first ones still compile. Run with `--expose-gc`, and room enough that none is collected within a round, by `order-allocations.test.ts`.
 */
import { OrderAnswerReader, exampleAcceptance } from '../../src/wire/order-answer.ts'
import { RING } from '../../src/wire/order-ring-layout.ts'
import { OrderSlots, type SlotCancel, type SlotOrder } from '../../src/wire/order-slot-codec.ts'

const ORDERS = 20_000
const ROUNDS = 8
const ID = '8392847102938471'

const slots = new OrderSlots(new ArrayBuffer(RING.LENGTH_BYTES))
const order: SlotOrder = {
  clientOrderId: ID,
  symbol: 'BTCUSDT',
  tradeType: 'buy',
  orderType: 'limit',
  price: '61800.10',
  size: '0.010',
}
const cancel: SlotCancel = { clientOrderId: ID, symbol: 'BTCUSDT' }
const placeNs = { low: 0x9a3b_4c5d, high: 407_041_123 }
const reader = new OrderAnswerReader('binance')
const answer = exampleAcceptance('binance', ID)!
let accepted = 0

function write(i: number): void {
  slots.writeOrder(i % RING.SLOT_COUNT, order, placeNs)
  if (slots.isAnswered(i % RING.SLOT_COUNT)) throw new Error('a slot is answered')
  slots.writeCancel((i + 1) % RING.SLOT_COUNT, cancel)
}

function read(): void {
  if (reader.readAcceptance('place', ID, answer)) accepted++
}

function leastBytes(step: (i: number) => void): number {
  let least = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    gc!()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < ORDERS; i++) step(i)
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / ORDERS)
  }
  return least
}

const bytesPerOrder = leastBytes(write)
const bytesPerAnswer = leastBytes(read)
console.log(JSON.stringify({ bytesPerOrder, bytesPerAnswer, accepted }))
