/** An order as the order manager takes it out of a slot: text as it stood there. */
export interface GatewayOrder {
  /** Decimal text of the slot's unsigned 64-bit id. */
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly timeInForce: 'ioc' | 'post-only' | 'gtc' | 'fok'
  readonly priceMatch: 'none' | 'queue' | 'queue-5' | 'opponent' | 'opponent-5'
  readonly price: string
  readonly size: string
}

export interface GatewayCancel {
  readonly clientOrderId: string
  readonly symbol: string
}

/** What a slot asks for, as far as it can be read; names that cannot be are empty. */
export interface AskedRequest {
  readonly kind: 'key' | 'place' | 'cancel'
  readonly symbol: string
  readonly clientOrderId: string
}

/**
 * Why a request ends before the exchange has looked at it: no key was set, the slot cannot be read, the exchange
 * itself has failed, or it is to refuse the order whatever it is.
 */
export type GatewayFault =
  | { readonly kind: 'no-key' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'failed' }
  | { readonly kind: 'refused' }

/**
 * What the order manager needs of an exchange. Each call acts at once on the matching engine and returns the
 * exchange's own websocket-API answer as text, which the manager copies into the slot's `res_msg`.
 */
export interface OrderGateway {
  setKey(apiKey: string, apiSecret: string): string
  place(order: GatewayOrder): string
  cancel(cancel: GatewayCancel): string
  /** The exchange's own answer to a request that does not reach it. */
  refuse(asked: AskedRequest, fault: GatewayFault): string
}
