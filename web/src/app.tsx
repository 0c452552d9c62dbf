import { useEffect } from 'preact/hooks'
import { ConfirmDialog } from './panels/confirm-dialog.tsx'
import { PageHeader } from './panels/page-header.tsx'
import { ReadinessBanner } from './panels/readiness-banner.tsx'
import { Toasts } from './panels/toasts.tsx'
import { BalancesPanel } from './panels/balances-panel.tsx'
import { BookPanel } from './panels/book-panel.tsx'
import { BooksPanel } from './panels/books-panel.tsx'
import { ChecksPanel } from './panels/checks-panel.tsx'
import { FeedPanel } from './panels/feed-panel.tsx'
import { FillsPanel } from './panels/fills-panel.tsx'
import { LatencyPanel } from './panels/latency-panel.tsx'
import { LogPanel } from './panels/log-panel.tsx'
import { OrderPathPanel } from './panels/order-path-panel.tsx'
import { OrdersPanel } from './panels/orders-panel.tsx'
import { PositionsPanel } from './panels/positions-panel.tsx'
import { PricePanel } from './panels/price-panel.tsx'
import { ProfitPanel } from './panels/profit-panel.tsx'
import { TradesPanel } from './panels/trades-panel.tsx'
import { usePage } from './page.ts'

/** The whole page. */
export function App() {
  const { store } = usePage()
  const hello = store.hello.value
  const isStale = store.connection.value.phase !== 'open'
  useEffect(() => {
    if (hello) document.title = `${hello.name} · QTX connector`
  }, [hello])
  return (
    <>
      <a class="skip-link" href="#books">
        Skip to the books
      </a>
      <PageHeader />
      <main class={isStale ? 'page is-stale' : 'page'}>
        <ReadinessBanner />
        {hello === null ? (
          <p class="empty-page">Waiting for the connector…</p>
        ) : (
          <>
            <BooksPanel />
            <PricePanel />
            <BookPanel />
            <TradesPanel />
            <OrdersPanel />
            <PositionsPanel />
            <FillsPanel />
            <ProfitPanel />
            <BalancesPanel />
            <LatencyPanel span="feedToBook" />
            <LatencyPanel span="bookToStrategy" />
            <LatencyPanel span="orderToAnswer" />
            <FeedPanel />
            <OrderPathPanel />
            <ChecksPanel />
            <LogPanel />
          </>
        )}
      </main>
      <ConfirmDialog />
      <Toasts />
    </>
  )
}
