/** Slots as bytes, made by an independent program from the vendor's structure: the first 428 bytes, then the answer. */
export interface OrderSlotVector {
  readonly name: string
  readonly hex: string
  readonly answer: string
}

export const SET_KEY: OrderSlotVector = {
  name: 'set key',
  hex: join(
    field('', 8), // mode
    field('', 8), // side
    field('', 8), // pos_side
    field('', 8), // client_order_id
    field('', 8), // order_type
    field('', 8), // price_match
    field('', 8), // place_ts_ns
    field('', 8), // res_ts_ns
    field('', 32), // size
    field('', 32), // price
    field(
      '6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b',
      100,
    ), // api_key
    field(
      '73737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373',
      100,
    ), // api_secret
    field('', 100), // symbol
  ),
  answer: '',
}

export const PLACE_GTC_BUY: OrderSlotVector = {
  name: 'place GTC buy',
  hex: join(
    field('01', 8), // mode
    field('01', 8), // side
    field('', 8), // pos_side
    field('157d6d44faf64218', 8), // client_order_id
    field('02', 8), // order_type
    field('', 8), // price_match
    field('9455a044faf64218', 8), // place_ts_ns
    field('', 8), // res_ts_ns
    field('302e303130', 32), // size
    field('39333636322e3230', 32), // price
    field('', 100), // api_key
    field('', 100), // api_secret
    field('42544355534454', 100), // symbol
  ),
  answer: '',
}

export const PLACE_POST_ONLY_SELL: OrderSlotVector = {
  name: 'place post-only sell, largest id',
  hex: join(
    field('01', 8), // mode
    field('ffffffffffffffff', 8), // side
    field('', 8), // pos_side
    field('ffffffffffffffff', 8), // client_order_id
    field('01', 8), // order_type
    field('', 8), // price_match
    field('9455a044faf64218', 8), // place_ts_ns
    field('', 8), // res_ts_ns
    field('313233343536373839303132333435363738393031322e3132333435363738', 32), // size
    field('302e3030303031323334', 32), // price
    field('', 100), // api_key
    field('', 100), // api_secret
    field('313030305045504555534454', 100), // symbol
  ),
  answer: '',
}

export const CANCEL: OrderSlotVector = {
  name: 'cancel',
  hex: join(
    field('ffffffffffffffff', 8), // mode
    field('', 8), // side
    field('', 8), // pos_side
    field('157d6d44faf64218', 8), // client_order_id
    field('', 8), // order_type
    field('', 8), // price_match
    field('', 8), // place_ts_ns
    field('', 8), // res_ts_ns
    field('', 32), // size
    field('', 32), // price
    field('', 100), // api_key
    field('', 100), // api_secret
    field('4254432d555344542d53574150', 100), // symbol
  ),
  answer: '',
}

export const ANSWERED: OrderSlotVector = {
  name: 'answered',
  hex: join(
    field('01', 8), // mode
    field('01', 8), // side
    field('', 8), // pos_side
    field('07', 8), // client_order_id
    field('', 8), // order_type
    field('', 8), // price_match
    field('9455a044faf64218', 8), // place_ts_ns
    field('cdbaac44faf64218', 8), // res_ts_ns
    field('302e3031', 32), // size
    field('31', 32), // price
    field('', 100), // api_key
    field('', 100), // api_secret
    field('45544855534454', 100), // symbol
  ),
  answer:
    '{"id":"7","status":200,"result":{"orderId":283194212,"symbol":"ETHUSDT","status":"NEW","clientOrderId":"7","price":"1","origQty":"0.01","executedQty":"0","updateTime":1748231160127}}',
}

export const ORDER_SLOT_VECTORS = [SET_KEY, PLACE_GTC_BUY, PLACE_POST_ONLY_SELL, CANCEL, ANSWERED]

function field(hex: string, lengthBytes: number): string {
  return hex.padEnd(2 * lengthBytes, '0')
}

function join(...fields: string[]): string {
  return fields.join('')
}
