/**
 * An order manager that answers at once: `answer-orders SEGMENT`. Creates the order ring, prints a line, and looks at
 * the ring without pause until its input ends; the ring is removed then.
 */
import { OrderSegment } from '../../../simulator/orders/order-segment.ts'
import { readTakenSlot, type TakenRequest } from '../../../simulator/orders/taken-slot.ts'
import { slotOffset } from '../../../wire/order-ring-layout.ts'
import { answer, leaveSignalsToParent } from './command-lines.ts'

/** Looks in a row, some hundred microseconds, before the end of the input is noticed. */
const LOOKS_PER_TURN = 2_000

leaveSignalsToParent()
const segment = new OrderSegment(process.argv[2]!)
process.once('exit', () => segment.close())
process.stdin.on('end', () => process.exit()).resume()

/** As Binance answers; see `src/wire/binance-answer.ts`. */
function answerTo(request: TakenRequest): string {
  switch (request.kind) {
    case 'set-key':
      return 'success'
    case 'place': {
      const { clientOrderId, symbol, price, size } = request.order
      return `{"id":"${clientOrderId}","status":200,"result":{"orderId":88990011223344,"symbol":"${symbol}","status":"NEW","clientOrderId":"${clientOrderId}","price":"${price}","avgPrice":"0.00","origQty":"${size}","executedQty":"0.000","cumQuote":"0.00000","timeInForce":"GTC","type":"LIMIT","reduceOnly":false,"side":"BUY","positionSide":"BOTH"}}`
    }
    case 'cancel':
    case 'invalid':
      return '{"status":400,"error":{"code":-2011,"msg":"Unknown order sent."}}'
  }
}

function look(): void {
  for (let looks = 0; looks < LOOKS_PER_TURN; looks++) {
    const slot = segment.nextSlot()
    if (typeof slot !== 'number') continue
    const text = answerTo(readTakenSlot(segment.view, slotOffset(slot)))
    segment.advancePast(slot)
    segment.answer(slot, Buffer.from(text), process.hrtime.bigint())
  }
  setImmediate(look)
}

answer({})
look()
