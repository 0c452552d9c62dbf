import type { QtxConnector } from '../../qtx/connector-protocol.ts'

/** How far a connector's start is: `markets 2/2, subscriptions 1/2, books live 0/2, account read, order ring connected`. */
export function startProgress(connector: QtxConnector): string {
  const { status, tradingPairs, feedStatistics } = connector
  if ('started' in status) return 'not started'
  const total = tradingPairs.size
  const rules = [...tradingPairs].filter((pair) => hasRule(connector, pair)).length
  const active = feedStatistics?.pairs.filter(({ state }) => state === 'active').length ?? 0
  const live = [...tradingPairs].filter((pair) => connector.orderBook(pair).state === 'live').length
  const { accountBalance, userStream, orderRing } = status
  return [
    `markets ${rules}/${total}`,
    `subscriptions ${active}/${total}`,
    `books live ${live}/${total}`,
    ...(accountBalance ? [accountBalance.ok ? 'account read' : 'account not read yet'] : []),
    ...(userStream ? [userStream.ok ? 'private stream connected' : 'private stream connecting'] : []),
    ...(orderRing ? [orderRing.ok ? 'order ring ready' : 'order ring not ready'] : []),
  ].join(', ')
}

function hasRule(connector: QtxConnector, pair: string): boolean {
  try {
    connector.tradingRule(pair)
    return true
  } catch {
    return false
  }
}
