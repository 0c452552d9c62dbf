/**
 * Market data messages as bytes, made by an independent program, and what they mean; and datagrams that are none.
 */
export interface MessageVector {
  readonly name: string
  readonly hex: string
  readonly expect: {
    readonly kind: 'bid' | 'ask' | 'depth' | 'buy' | 'sell'
    readonly index: number
    readonly sn: string
    readonly txMs: number
    readonly eventMs: number
    readonly localNs: string
    readonly price?: number
    readonly size?: number
    readonly asks?: readonly (readonly [price: number, size: number])[]
    readonly bids?: readonly (readonly [price: number, size: number])[]
  }
}

export interface RejectedVector {
  readonly name: string
  readonly hex: string
  readonly reason: 'short' | 'length' | 'type' | 'value'
}

export const MESSAGE_VECTORS: readonly MessageVector[] = [
  {
    name: 'ticker bid',
    hex: '01000000090000003b81b20a970100003d81b20a970100009455a044faf64218c92c01000000000033333333e3ddf640e17a14ae47213540',
    expect: {
      kind: 'bid',
      index: 9,
      sn: '77001',
      price: 93662.2,
      size: 21.13,
      txMs: 1748231160123,
      eventMs: 1748231160125,
      localNs: '1748231160126789012',
    },
  },
  {
    name: 'ticker ask',
    hex: 'ffffffff090000003b81b20a970100003d81b20a970100009455a044faf64218ca2c010000000000cdcccccce4ddf6402575029a081bd03f',
    expect: {
      kind: 'ask',
      index: 9,
      sn: '77002',
      price: 93662.3,
      size: 0.25165,
      txMs: 1748231160123,
      eventMs: 1748231160125,
      localNs: '1748231160126789012',
    },
  },
  {
    name: 'trade buy',
    hex: '03000000090000003b81b20a970100003d81b20a970100009455a044faf642184e1d5d6601000000cdcccccce4ddf640fca9f1d24d62a03f',
    expect: {
      kind: 'buy',
      index: 9,
      sn: '6012345678',
      price: 93662.3,
      size: 0.032,
      txMs: 1748231160123,
      eventMs: 1748231160125,
      localNs: '1748231160126789012',
    },
  },
  {
    name: 'trade sell',
    hex: 'fdffffffffffff7f3b81b20a970100003d81b20a970100009455a044faf642180100000000002000fc8093affce0e93e0000000065cdcd41',
    expect: {
      kind: 'sell',
      index: 2147483647,
      sn: '9007199254740993',
      price: 1.234e-5,
      size: 1000000000.0,
      txMs: 1748231160123,
      eventMs: 1748231160125,
      localNs: '1748231160126789012',
    },
  },
  {
    name: 'depth 3+2 with deletions',
    hex: '02000000090000003b81b20a970100003d81b20a970100009455a044faf64218cb2c01000000000003000000000000000200000000000000c3f5285cb7e0f640cedf8442041cd03f52b81e85b7e0f64000000000000000001f85eb5118e1f6400fd6ff39cc97373f33333333b7e0f6406f2a52616ca120408fc2f528e8dcf6400000000000000000',
    expect: {
      kind: 'depth',
      index: 9,
      sn: '77003',
      asks: [
        [93707.46, 0.25171],
        [93707.47, 0.0],
        [93713.52, 0.00036],
      ],
      bids: [
        [93707.45, 8.31528],
        [93646.51, 0.0],
      ],
      txMs: 1748231160123,
      eventMs: 1748231160125,
      localNs: '1748231160126789012',
    },
  },
  {
    name: 'depth asks only',
    hex: '02000000000000003b81b20a970100003d81b20a970100009455a044faf64218010000000000000001000000000000000000000000000000c3f5285cb7e0f640cedf8442041cd03f',
    expect: {
      kind: 'depth',
      index: 0,
      sn: '1',
      asks: [[93707.46, 0.25171]],
      bids: [],
      txMs: 1748231160123,
      eventMs: 1748231160125,
      localNs: '1748231160126789012',
    },
  },
  {
    name: 'depth empty',
    hex: '02000000000000003b81b20a970100003d81b20a970100009455a044faf64218020000000000000000000000000000000000000000000000',
    expect: {
      kind: 'depth',
      index: 0,
      sn: '2',
      asks: [],
      bids: [],
      txMs: 1748231160123,
      eventMs: 1748231160125,
      localNs: '1748231160126789012',
    },
  },
]

export const REJECTED_VECTORS: readonly RejectedVector[] = [
  {
    name: 'empty',
    hex: '',
    reason: 'short',
  },
  {
    name: '39 bytes',
    hex: '000000000000000000000000000000000000000000000000000000000000000000000000000000',
    reason: 'short',
  },
  {
    name: 'ticker cut',
    hex: '01000000090000003b81b20a970100003d81b20a970100009455a044faf642180100000000000000000000000000f03f000000000000f0',
    reason: 'length',
  },
  {
    name: 'ticker long',
    hex: '01000000090000003b81b20a970100003d81b20a970100009455a044faf642180100000000000000000000000000f03f000000000000f03f00',
    reason: 'length',
  },
  {
    name: 'unknown type',
    hex: 'e7030000090000003b81b20a970100003d81b20a970100009455a044faf642180100000000000000000000000000f03f000000000000f03f',
    reason: 'type',
  },
  {
    name: 'type 0',
    hex: '00000000090000003b81b20a970100003d81b20a970100009455a044faf642180100000000000000000000000000f03f000000000000f03f',
    reason: 'type',
  },
  {
    name: 'type -2',
    hex: 'feffffff090000003b81b20a970100003d81b20a970100009455a044faf642180100000000000000000000000000f03f000000000000f03f',
    reason: 'type',
  },
  {
    name: 'depth counts too large',
    hex: '02000000090000003b81b20a970100003d81b20a970100009455a044faf64218050000000000000000000000000000800100000000000000',
    reason: 'length',
  },
  {
    name: 'depth counts overflow',
    hex: '02000000090000003b81b20a970100003d81b20a970100009455a044faf64218050000000000000000000000000000100000000000000010',
    reason: 'length',
  },
  {
    name: 'depth one level missing',
    hex: '02000000090000003b81b20a970100003d81b20a970100009455a044faf64218050000000000000003000000000000000200000000000000c3f5285cb7e0f640cedf8442041cd03f52b81e85b7e0f64000000000000000001f85eb5118e1f6400fd6ff39cc97373f33333333b7e0f6406f2a52616ca12040',
    reason: 'length',
  },
  {
    name: 'depth trailing bytes',
    hex: '02000000090000003b81b20a970100003d81b20a970100009455a044faf64218050000000000000003000000000000000200000000000000c3f5285cb7e0f640cedf8442041cd03f52b81e85b7e0f64000000000000000001f85eb5118e1f6400fd6ff39cc97373f33333333b7e0f6406f2a52616ca120408fc2f528e8dcf640000000000000000000000000000000000000000000000000',
    reason: 'length',
  },
  {
    name: 'price NaN',
    hex: '01000000090000003b81b20a970100003d81b20a970100009455a044faf642180100000000000000000000000000f87f000000000000f03f',
    reason: 'value',
  },
  {
    name: 'price infinite',
    hex: '01000000090000003b81b20a970100003d81b20a970100009455a044faf642180100000000000000000000000000f07f000000000000f03f',
    reason: 'value',
  },
  {
    name: 'price negative',
    hex: '01000000090000003b81b20a970100003d81b20a970100009455a044faf642180100000000000000000000000000f0bf000000000000f03f',
    reason: 'value',
  },
  {
    name: 'size negative',
    hex: '03000000090000003b81b20a970100003d81b20a970100009455a044faf642180100000000000000000000000000f03f000000000000e0bf',
    reason: 'value',
  },
]
