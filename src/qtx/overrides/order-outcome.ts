import { Decimal } from '../../common/decimal.ts'
import type { CancelOutcome, OrderReason, OrderUpdate, PlaceOutcome } from '../../connector/order-types.ts'
import type { TradingRule } from '../../connector/trading-rule.ts'
import type { AcceptedResult, PlaceResult, RejectedResult, UnknownResult } from '../orders/order-result.ts'

/** What an exchange's word for an order's state, in the answer to its placing, says about the order. */
const STATES: Readonly<Record<string, OrderUpdate['state']>> = {
  NEW: 'open',
  PARTIALLY_FILLED: 'partiallyFilled',
  FILLED: 'filled',
  CANCELED: 'canceled',
  EXPIRED: 'canceled',
  EXPIRED_IN_MATCH: 'canceled',
  REJECTED: 'failed',
}

/** The ring's result of a placing, in the connector's terms. Sizes become base units. */
export function toPlaceOutcome(result: PlaceResult, rule: TradingRule, nowMs: number): PlaceOutcome {
  switch (result.kind) {
    case 'accepted': {
      const state = result.exchangeStatus === undefined ? undefined : STATES[result.exchangeStatus]
      const executedAmount = executedOf(result, rule)
      return {
        kind: 'accepted',
        updateMs: nowMs,
        ...(result.exchangeOrderId !== undefined && { exchangeOrderId: result.exchangeOrderId }),
        ...(state && { state }),
        ...(executedAmount && { executedAmount }),
        ...(result.exchangeStatus?.startsWith('EXPIRED') && {
          reason: { code: 'EXPIRED' as const, message: `the exchange says ${result.exchangeStatus}` },
        }),
      }
    }
    case 'rejected':
      return { kind: 'rejected', reason: rejection(result) }
    case 'unknown':
      return { kind: 'unknown', reason: doubt(result) }
  }
}

/** The ring's result of a cancel, in the connector's terms. */
export function toCancelOutcome(result: PlaceResult, rule: TradingRule, nowMs: number): CancelOutcome {
  switch (result.kind) {
    case 'accepted': {
      const executedAmount = result.exchangeStatus === 'CANCELED' ? executedOf(result, rule) : undefined
      return { kind: 'accepted', updateMs: nowMs, ...(executedAmount && { executedAmount }) }
    }
    case 'rejected':
      return { kind: 'rejected', notFound: result.notFound, reason: rejection(result) }
    case 'unknown':
      return { kind: 'unknown', reason: doubt(result) }
  }
}

function executedOf(result: AcceptedResult, rule: TradingRule): Decimal | undefined {
  return result.executedSize === undefined
    ? undefined
    : new Decimal(result.executedSize).mul(rule.contractSize)
}

function rejection(result: RejectedResult): OrderReason {
  const code = result.exchangeCode === undefined ? '' : `${result.exchangeCode}: `
  return {
    code: result.notFound ? 'QTX_ORDER_NOT_FOUND' : 'QTX_ORDER_REJECTED',
    message: `${code}${result.message}`,
  }
}

function doubt(result: UnknownResult): OrderReason {
  return {
    code: result.reason === 'timeout' ? 'QTX_ORDER_TIMEOUT' : 'QTX_ORDER_UNKNOWN_OUTCOME',
    message: result.message,
  }
}
