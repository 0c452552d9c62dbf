import { expect, describe, it } from 'vitest'
import { CredentialStore } from '../../../../src/simulator/exchange/credential-store.ts'
import { SIMULATED_DIALECTS } from '../../../../src/simulator/exchange/simulated-dialects.ts'
import type { AskedRequest, GatewayFault, OrderGateway } from '../../../../src/simulator/order-gateway.ts'
import { decodeOrderAnswer, saysKeyIsMissing } from '../../../../src/wire/order-answer.ts'
import { TradingFloor } from './trading-floor.ts'

const ID = '1234567890123456789'

/** The gateway of an exchange that nobody has logged in to. */
function gatewayOf(backend: keyof typeof SIMULATED_DIALECTS): OrderGateway {
  const { engine, clock } = new TradingFloor()
  const credentials = new CredentialStore()
  return SIMULATED_DIALECTS[backend]
    .open({ clock, credentials, engine, authority: '127.0.0.1:1' })
    .createGateway()
}

describe.each(['binance', 'okx', 'bybit', 'bitget', 'kucoin', 'gate_io', 'blofin'] as const)(
  'the gateway of %s',
  (backend) => {
    const gateway = gatewayOf(backend)
    const refusal = (kind: AskedRequest['kind'], fault: GatewayFault) => {
      const asked =
        kind === 'key' ? { symbol: '', clientOrderId: '' } : { symbol: 'BTCUSDT', clientOrderId: ID }
      const text = gateway.refuse({ kind, ...asked }, fault)
      return decodeOrderAnswer(backend, kind, ID, text)
    }

    it.each(['place', 'cancel'] as const)(
      'says in the exchange’s own words to a %s that no key was set',
      (kind) => {
        const answer = refusal(kind, { kind: 'no-key' })
        expect(answer).toMatchObject({ kind: 'rejected', notFound: false })
        expect(saysKeyIsMissing(backend, answer.kind === 'rejected' ? answer.exchangeCode : undefined)).toBe(
          true,
        )
      },
    )

    it.each(['key', 'place', 'cancel'] as const)('refuses a %s that cannot be read, and says why', (kind) => {
      const answer = refusal(kind, { kind: 'unreadable', reason: 'size is not a decimal' })
      expect(answer).toMatchObject({ kind: 'rejected', notFound: false })
      expect(answer).toMatchObject({ message: expect.stringContaining('size is not a decimal') as string })
      expect(saysKeyIsMissing(backend, answer.kind === 'rejected' ? answer.exchangeCode : undefined)).toBe(
        false,
      )
    })

    it.each(['key', 'place', 'cancel'] as const)(
      'leaves it open what became of a %s when it has failed',
      (kind) => {
        expect(refusal(kind, { kind: 'failed' })).toMatchObject({
          kind: 'unknown',
          reason: 'exchange-unsure',
        })
      },
    )

    it('refuses an order as one that has too little margin', () => {
      const answer = refusal('place', { kind: 'refused' })
      expect(answer).toMatchObject({ kind: 'rejected', exchangeCode: MARGIN_CODES[backend], notFound: false })
    })
  },
)

const MARGIN_CODES = {
  binance: '-2019',
  okx: '51008',
  bybit: '110007',
  bitget: '40762',
  kucoin: '300003',
  gate_io: 'INSUFFICIENT_AVAILABLE',
  blofin: '103003',
}
