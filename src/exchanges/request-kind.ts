import type { RequestKind } from '../connector/request-budget.ts'

/**
 * What a REST request is for, by its method and its path as ccxt has it. Exchanges name these much alike; what is not
 * recognised is a read, the least urgent.
 */
export function requestKindOf(method: string, path: string): RequestKind {
  const isOrder = /order/i.test(path) && !/order_?book/i.test(path)
  if (/cancel/i.test(path) || (isOrder && method === 'DELETE')) return 'cancel'
  if (!isOrder) return 'read'
  if (method !== 'GET') return 'order'
  return /open|all|hist|pending|finish/i.test(path) ? 'read' : 'look-up'
}
