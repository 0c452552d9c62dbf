import { Decimal, ZERO } from '../../common/decimal.ts'
import type { CancelOutcome, OrderReason, PlaceOutcome } from '../../connector/order-types.ts'
import type { AcceptedResult, PlaceResult, RejectedResult, UnknownResult } from '../orders/order-result.ts'

/** The ring's result of a placing, in the connector's terms. @param unit base units of one unit of the ring's sizes. */
export function toPlaceOutcome(result: PlaceResult, unit: Decimal, nowMs: number): PlaceOutcome {
  switch (result.kind) {
    case 'accepted': {
      const { state } = result
      const executedAmount = executedOf(result, unit)
      return {
        kind: 'accepted',
        updateMs: nowMs,
        exchangeOrderId: result.exchangeOrderId,
        state,
        executedAmount,
        reason:
          state === 'canceled'
            ? { code: 'EXPIRED', message: `the exchange says ${result.exchangeStatus ?? state}` }
            : undefined,
      }
    }
    case 'rejected':
      return { kind: 'rejected', reason: rejection(result) }
    case 'unknown':
      return {
        kind: 'unknown',
        reason: doubt(result),
        ...(result.withdrawn && { wasWithdrawn: true }),
      }
  }
}

/** The ring's result of a cancel, in the connector's terms. @param unit as that of a placing. */
export function toCancelOutcome(result: PlaceResult, unit: Decimal, nowMs: number): CancelOutcome {
  switch (result.kind) {
    case 'accepted': {
      const executedAmount = result.state === 'canceled' ? executedOf(result, unit) : undefined
      return { kind: 'accepted', updateMs: nowMs, ...(executedAmount && { executedAmount }) }
    }
    case 'rejected':
      return { kind: 'rejected', notFound: result.notFound, reason: rejection(result) }
    case 'unknown':
      return { kind: 'unknown', reason: doubt(result) }
  }
}

function executedOf(result: AcceptedResult, unit: Decimal): Decimal | undefined {
  const { executedSize } = result
  if (executedSize === undefined) return undefined
  // Nothing yet, in most answers to a placing.
  return Number(executedSize) === 0 ? ZERO : new Decimal(executedSize).mul(unit)
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
