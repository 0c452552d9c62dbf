import type { PageFill } from '../../../src/dashboard/page-frames.ts'
import { formatDecimal, formatTime } from '../model/format.ts'
import type { Numbered } from '../model/tail.ts'
import { usePage } from '../page.ts'
import { DataTable, type Column } from './data-table.tsx'
import { Panel } from './panel.tsx'
import { Side } from './side.tsx'

const SHOWN = 100

const COLUMNS: readonly Column<Numbered<PageFill>>[] = [
  { head: 'time', cell: ({ item: { timeMs } }) => formatTime(timeMs) },
  { head: 'pair', cell: ({ item: { pair } }) => pair },
  { head: 'side', cell: ({ item: { side } }) => <Side side={side} /> },
  { head: 'price', kind: 'number', cell: ({ item: { price } }) => formatDecimal(price) },
  { head: 'amount', kind: 'number', cell: ({ item: { amount } }) => formatDecimal(amount) },
  { head: 'fee', kind: 'number', cell: ({ item: { fee } }) => fee, wideOnly: true },
  {
    head: 'order',
    cell: ({ item: { clientOrderId } }) => (
      <span class="id" title={clientOrderId}>
        {clientOrderId}
      </span>
    ),
    wideOnly: true,
  },
]

/** Own fills, newest first. */
export function FillsPanel() {
  const { store } = usePage()
  const fills = store.fills.value
  const shown = fills.slice(-SHOWN)
  return (
    <Panel id="fills" title="Own fills" aside={fills.length === 0 ? '' : `newest ${shown.length}`}>
      <DataTable
        label="Own fills"
        columns={COLUMNS}
        rows={shown.toReversed()}
        rowKey={({ number }) => String(number)}
        empty="No fill yet"
      />
    </Panel>
  )
}
