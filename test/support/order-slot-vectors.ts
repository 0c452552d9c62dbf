/** Slots as bytes, made by an independent program from the vendor's structure: the first 428 bytes, then the answer. */
export interface OrderSlotVector {
  readonly name: string
  readonly hex: string
  readonly answer: string
}

export const SET_KEY: OrderSlotVector = {
  name: 'set key',
  hex: [
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '' + '00'.repeat(32),
    '' + '00'.repeat(32),
    '6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b' +
      '00'.repeat(36),
    '73737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373737373' +
      '00'.repeat(36),
    '' + '00'.repeat(100),
  ].join(''),
  answer: '',
}

export const PLACE_GTC_BUY: OrderSlotVector = {
  name: 'place GTC buy',
  hex: [
    '01' + '00'.repeat(7),
    '01' + '00'.repeat(7),
    '' + '00'.repeat(8),
    '157d6d44faf64218' + '00'.repeat(0),
    '02' + '00'.repeat(7),
    '' + '00'.repeat(8),
    '9455a044faf64218' + '00'.repeat(0),
    '' + '00'.repeat(8),
    '302e303130' + '00'.repeat(27),
    '39333636322e3230' + '00'.repeat(24),
    '' + '00'.repeat(100),
    '' + '00'.repeat(100),
    '42544355534454' + '00'.repeat(93),
  ].join(''),
  answer: '',
}

export const PLACE_POST_ONLY_SELL: OrderSlotVector = {
  name: 'place post-only sell, largest id',
  hex: [
    '01' + '00'.repeat(7),
    'ffffffffffffffff' + '00'.repeat(0),
    '' + '00'.repeat(8),
    'ffffffffffffffff' + '00'.repeat(0),
    '01' + '00'.repeat(7),
    '' + '00'.repeat(8),
    '9455a044faf64218' + '00'.repeat(0),
    '' + '00'.repeat(8),
    '313233343536373839303132333435363738393031322e3132333435363738' + '00'.repeat(1),
    '302e3030303031323334' + '00'.repeat(22),
    '' + '00'.repeat(100),
    '' + '00'.repeat(100),
    '313030305045504555534454' + '00'.repeat(88),
  ].join(''),
  answer: '',
}

export const CANCEL: OrderSlotVector = {
  name: 'cancel',
  hex: [
    'ffffffffffffffff' + '00'.repeat(0),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '157d6d44faf64218' + '00'.repeat(0),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '' + '00'.repeat(32),
    '' + '00'.repeat(32),
    '' + '00'.repeat(100),
    '' + '00'.repeat(100),
    '4254432d555344542d53574150' + '00'.repeat(87),
  ].join(''),
  answer: '',
}

export const ANSWERED: OrderSlotVector = {
  name: 'answered',
  hex: [
    '01' + '00'.repeat(7),
    '01' + '00'.repeat(7),
    '' + '00'.repeat(8),
    '07' + '00'.repeat(7),
    '' + '00'.repeat(8),
    '' + '00'.repeat(8),
    '9455a044faf64218' + '00'.repeat(0),
    'cdbaac44faf64218' + '00'.repeat(0),
    '302e3031' + '00'.repeat(28),
    '31' + '00'.repeat(31),
    '' + '00'.repeat(100),
    '' + '00'.repeat(100),
    '45544855534454' + '00'.repeat(93),
  ].join(''),
  answer:
    '{"id":"7","status":200,"result":{"orderId":283194212,"symbol":"ETHUSDT","status":"NEW","clientOrderId":"7","price":"1","origQty":"0.01","executedQty":"0","updateTime":1748231160127}}',
}

export const ORDER_SLOT_VECTORS = [SET_KEY, PLACE_GTC_BUY, PLACE_POST_ONLY_SELL, CANCEL, ANSWERED]
