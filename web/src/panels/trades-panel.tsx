import type { PageTrade } from '../../../src/dashboard/page-frames.ts'
import { formatNumber, formatTime } from '../model/format.ts'
import { tradeKeys } from '../model/trade-keys.ts'
import { usePage } from '../page.ts'
import { Panel } from './panel.tsx'

/** The selected pair's public trades, newest first. */
export function TradesPanel() {
  const { store } = usePage()
  const pair = store.selectedPair.value
  const trades = store.selected.value?.trades ?? []
  const keys = tradeKeys(trades)
  return (
    <Panel id="trades" title="Public trades" aside={pair}>
      {trades.length === 0 ? (
        <p class="empty">No trade yet</p>
      ) : (
        <div class="scroll" role="group" aria-label={`Public trades of ${pair}`} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">time</th>
                <th scope="col" class="number">
                  price
                </th>
                <th scope="col" class="number">
                  size
                </th>
              </tr>
            </thead>
            <tbody>
              {trades.map((trade, index) => (
                <TradeRow key={keys[index]} trade={trade} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

function TradeRow({ trade }: { readonly trade: PageTrade }) {
  const { store } = usePage()
  const { priceDecimals, amountDecimals } = store.pair(store.selectedPair.value)
  const { side, timeMs, price, size } = trade
  return (
    <tr>
      <td class="muted">{formatTime(timeMs)}</td>
      <td class={`number ${side}`}>
        <span aria-hidden="true">{side === 'buy' ? '▲' : '▼'}</span>
        <span class="unseen">{side}</span> {formatNumber(price, priceDecimals)}
      </td>
      <td class="number">{formatNumber(size, amountDecimals)}</td>
    </tr>
  )
}
