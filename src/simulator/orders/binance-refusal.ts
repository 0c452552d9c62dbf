import type { GatewayFault } from '../order-gateway.ts'

/** A refusal in the form of Binance's websocket API, for gateways that have none of their own. */
export function refusalInBinanceForm(fault: GatewayFault): string {
  switch (fault.kind) {
    case 'no-key':
      return answerText(401, -2015, 'No API key was set in this segment.')
    case 'unreadable':
      return answerText(400, -1102, fault.reason)
    case 'failed':
      return answerText(500, -1000, 'The simulated exchange failed.')
    case 'refused':
      return answerText(400, -2019, 'Margin is insufficient.')
  }
}

function answerText(status: number, code: number, message: string): string {
  return JSON.stringify({ id: null, status, error: { code, msg: message } })
}
