import type { PageProfit } from '../../../src/dashboard/page-frames.ts'
import { usePage } from '../page.ts'
import { DataTable, type Column } from './data-table.tsx'
import { Panel } from './panel.tsx'
import { Money } from './side.tsx'

const COLUMNS: readonly Column<PageProfit>[] = [
  { head: 'pair', cell: ({ pair }) => pair },
  { head: 'realized', kind: 'number', cell: ({ realized }) => <Money amount={realized} /> },
  {
    head: 'unrealized',
    kind: 'number',
    cell: ({ unrealized }) => <Money amount={unrealized} />,
    wideOnly: true,
  },
  { head: 'fees', kind: 'number', cell: ({ fees }) => <Money amount={negated(fees)} /> },
  { head: 'funding', kind: 'number', cell: ({ funding }) => <Money amount={funding} />, wideOnly: true },
  {
    head: 'net',
    kind: 'number',
    cell: ({ net, asset }) => (
      <strong>
        <Money amount={net} /> {asset}
      </strong>
    ),
  },
]

/** Fees are told as what was paid, and shown as what they do to the sum. */
function negated(amount: string): string {
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`
}

/** Profit and loss since the start. */
export function ProfitPanel() {
  const { store } = usePage()
  return (
    <Panel id="profit" title="Profit and loss" aside="since the start">
      <DataTable
        label="Profit and loss"
        columns={COLUMNS}
        rows={store.profit.value}
        rowKey={({ pair }) => pair}
        empty="Nothing was traded yet"
      />
    </Panel>
  )
}
