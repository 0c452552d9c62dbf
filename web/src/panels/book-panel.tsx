import { DepthChart } from '../charts/depth-chart.tsx'
import { ladder, type LadderLevel } from '../model/depth.ts'
import { formatNumber, NOTHING } from '../model/format.ts'
import { usePage } from '../page.ts'
import { Panel } from './panel.tsx'

const LEVELS = 10

/** The selected pair's best levels and what is offered up to each; own orders are marked. */
export function BookPanel() {
  const { store } = usePage()
  return (
    <Panel id="book" title="Book" aside={store.selectedPair.value}>
      <Ladder />
      <DepthChart />
    </Panel>
  )
}

function Ladder() {
  const { store } = usePage()
  const book = store.selected.value
  const pair = store.selectedPair.value
  const bids = ladder(book?.bids ?? [], LEVELS)
  const asks = ladder(book?.asks ?? [], LEVELS)
  const largest = Math.max(bids.at(-1)?.total ?? 0, asks.at(-1)?.total ?? 0)
  const bestBid = bids[0]?.price
  const bestAsk = asks[0]?.price
  const { priceDecimals } = store.pair(pair)
  const spread = bestBid === undefined || bestAsk === undefined ? null : bestAsk - bestBid
  const inBasisPoints = spread === null ? NOTHING : `${((spread / bestBid!) * 1e4).toFixed(2)} bp`
  const own = new Set(
    store.orders.value.filter((order) => order.pair === pair && order.price !== null).map(priceOf),
  )
  const rows = (levels: readonly LadderLevel[], side: 'buy' | 'sell') =>
    levels.map((level) => (
      <LadderRow key={level.price} level={level} side={side} share={level.total / largest} own={own} />
    ))
  return (
    <table class="ladder" aria-label={`Book of ${pair}`}>
      <thead>
        <tr>
          <th scope="col" class="number">
            price
          </th>
          <th scope="col" class="number">
            size
          </th>
          <th scope="col" class="number">
            total
          </th>
        </tr>
      </thead>
      <tbody>
        {rows(asks, 'sell').reverse()}
        <tr class="spread">
          <td class="number">{formatNumber(spread, priceDecimals)}</td>
          <td class="number">spread</td>
          <td class="number">{inBasisPoints}</td>
        </tr>
        {rows(bids, 'buy')}
      </tbody>
    </table>
  )
}

interface LadderRowProps {
  readonly level: LadderLevel
  readonly side: 'buy' | 'sell'
  /** Of the largest total, 0 to 1. */
  readonly share: number
  /** Prices of own orders. */
  readonly own: ReadonlySet<number>
}

function LadderRow({ level, side, share, own }: LadderRowProps) {
  const { store } = usePage()
  const { priceDecimals, amountDecimals } = store.pair(store.selectedPair.value)
  const isOwn = own.has(level.price)
  return (
    <tr class={`level-${side}`}>
      <td class={`number ${side}`}>
        {isOwn && <abbr title="an own order stands here">●</abbr>}
        {formatNumber(level.price, priceDecimals)}
      </td>
      <td class="number">{formatNumber(level.size, amountDecimals)}</td>
      <td class="number muted total">
        <span class="bar" style={{ width: `${(share * 100).toFixed(1)}%` }} />
        <span class="over-bar">{formatNumber(level.total, amountDecimals)}</span>
      </td>
    </tr>
  )
}

function priceOf({ price }: { readonly price: string | null }): number {
  return Number(price)
}
