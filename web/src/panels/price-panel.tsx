import { PriceChart } from '../charts/price-chart.tsx'
import { formatNumber } from '../model/format.ts'
import { usePage } from '../page.ts'
import { Panel } from './panel.tsx'

/** The selected pair's price over time, with own fills and open orders. */
export function PricePanel() {
  const { store } = usePage()
  const pair = store.selectedPair.value
  return (
    <Panel id="price" title="Price" aside={<LastPrice pair={pair} />}>
      <PriceChart key={pair} pair={pair} />
    </Panel>
  )
}

function LastPrice({ pair }: { readonly pair: string }) {
  const { store } = usePage()
  const { bestBid = null, bestAsk = null } = store.pairState(pair).value ?? {}
  const { priceDecimals } = store.pair(pair)
  return (
    <>
      {pair} <span class="buy">{formatNumber(bestBid, priceDecimals)}</span> /{' '}
      <span class="sell">{formatNumber(bestAsk, priceDecimals)}</span>
    </>
  )
}
