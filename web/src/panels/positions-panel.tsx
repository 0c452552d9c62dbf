import type { PositionView } from '../../../src/service/service-views.ts'
import { formatNumber, formatSigned } from '../model/format.ts'
import { usePage } from '../page.ts'
import { ActionButton } from './action-button.tsx'
import { DataTable, type Column } from './data-table.tsx'
import { Panel } from './panel.tsx'
import { Money } from './side.tsx'

const COLUMNS: readonly Column<PositionView>[] = [
  { head: 'pair', cell: ({ pair }) => pair },
  {
    head: 'amount',
    kind: 'number',
    cell: ({ amount }) => (
      <span class={Number(amount) < 0 ? 'sell' : 'buy'}>
        {Number(amount) < 0 ? 'short' : 'long'} {formatSigned(amount, 8)}
      </span>
    ),
  },
  { head: 'entry', kind: 'number', cell: (position) => <EntryPrice position={position} /> },
  {
    head: 'unrealized',
    kind: 'number',
    cell: ({ unrealizedProfit }) => <Money amount={unrealizedProfit} />,
  },
  { head: 'leverage', kind: 'number', cell: ({ leverage }) => `${leverage}×`, wideOnly: true },
]

/** An average has digits without end; so many more than a price are enough. */
const MORE_DECIMALS = 2

function EntryPrice({ position: { pair, entryPrice } }: { readonly position: PositionView }) {
  const { priceDecimals } = usePage().store.pair(pair)
  const decimals = priceDecimals === null ? null : priceDecimals + MORE_DECIMALS
  return <span title={entryPrice}>{formatNumber(Number(entryPrice), decimals)}</span>
}

const CLOSE: Column<PositionView> = {
  head: 'close',
  kind: 'action',
  cell: ({ pair, amount }) => (
    <ActionButton
      request={{
        action: 'closePosition',
        pair,
        question: `Close the position of ${amount} ${pair} at market?`,
        verb: 'Close position',
      }}
      label={`Close position ${pair}`}
    >
      close
    </ActionButton>
  ),
}

export function PositionsPanel() {
  const { store } = usePage()
  const canControl = store.hello.value?.canControl ?? false
  return (
    <Panel id="positions" title="Positions">
      <DataTable
        label="Positions"
        columns={canControl ? [...COLUMNS, CLOSE] : COLUMNS}
        rows={store.positions.value}
        rowKey={({ pair, amount }) => `${pair} ${Math.sign(Number(amount))}`}
        empty="No position"
      />
    </Panel>
  )
}
