import type { OrderView } from '../../../src/service/service-views.ts'
import { formatDecimal, formatTime } from '../model/format.ts'
import { usePage } from '../page.ts'
import { ActionButton } from './action-button.tsx'
import { DataTable, type Column } from './data-table.tsx'
import { Panel } from './panel.tsx'
import { Side } from './side.tsx'

const COLUMNS: readonly Column<OrderView>[] = [
  { head: 'time', cell: ({ createdMs }) => formatTime(createdMs), wideOnly: true },
  { head: 'pair', cell: ({ pair }) => pair },
  { head: 'side', cell: ({ side }) => <Side side={side} /> },
  {
    head: 'type',
    cell: ({ type, positionAction }) => `${type}${positionAction === 'close' ? ', close' : ''}`,
    wideOnly: true,
  },
  { head: 'price', kind: 'number', cell: ({ price }) => (price === null ? 'market' : formatDecimal(price)) },
  { head: 'amount', kind: 'number', cell: ({ amount }) => formatDecimal(amount) },
  { head: 'filled', kind: 'number', cell: ({ executedAmount }) => formatDecimal(executedAmount) },
  {
    head: 'state',
    cell: ({ state, reason }) => <span title={reason ?? ''}>{state.replaceAll('_', ' ')}</span>,
  },
  {
    head: 'id',
    cell: ({ clientOrderId }) => (
      <span class="id" title={clientOrderId}>
        {clientOrderId}
      </span>
    ),
    wideOnly: true,
  },
]

const CANCEL: Column<OrderView> = {
  head: 'cancel',
  kind: 'action',
  cell: ({ clientOrderId, pair, side, amount, price }) => (
    <ActionButton
      request={{
        action: 'cancel',
        pair,
        clientOrderId,
        question: `Cancel the order to ${side} ${amount} ${pair}${price === null ? '' : ` at ${price}`}?`,
        verb: 'Cancel order',
      }}
      label={`Cancel order ${clientOrderId}`}
    >
      cancel
    </ActionButton>
  ),
}

/** Orders that are not over. */
export function OrdersPanel() {
  const { store } = usePage()
  const orders = store.orders.value
  const canControl = store.hello.value?.canControl ?? false
  const aside = (
    <>
      {orders.length} open{' '}
      {canControl && orders.length > 0 && (
        <ActionButton
          request={{
            action: 'cancelAll',
            question: `Cancel all ${orders.length} open orders, of every pair?`,
            verb: 'Cancel all orders',
          }}
          label="Cancel all orders"
        >
          cancel all
        </ActionButton>
      )}
    </>
  )
  return (
    <Panel id="orders" title="Open orders" aside={aside}>
      <DataTable
        label="Open orders"
        columns={canControl ? [...COLUMNS, CANCEL] : COLUMNS}
        rows={orders}
        rowKey={({ clientOrderId }) => clientOrderId}
        empty="No open order"
      />
    </Panel>
  )
}
