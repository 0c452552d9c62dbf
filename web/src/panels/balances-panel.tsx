import type { PageFrame } from '../../../src/dashboard/page-frames.ts'
import { formatDecimal } from '../model/format.ts'
import { usePage } from '../page.ts'
import { DataTable, type Column } from './data-table.tsx'
import { Panel } from './panel.tsx'

const COLUMNS: readonly Column<PageFrame['balances'][number]>[] = [
  { head: 'asset', cell: ({ asset }) => asset },
  { head: 'total', kind: 'number', cell: ({ total }) => formatDecimal(total) },
  { head: 'available', kind: 'number', cell: ({ available }) => formatDecimal(available) },
]

export function BalancesPanel() {
  const { store } = usePage()
  return (
    <Panel id="balances" title="Balances">
      <DataTable
        label="Balances"
        columns={COLUMNS}
        rows={store.balances.value}
        rowKey={({ asset }) => asset}
        empty="No balance is known"
      />
    </Panel>
  )
}
