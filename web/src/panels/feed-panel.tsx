import type { PageFeed } from '../../../src/dashboard/page-frames.ts'
import { RateChart } from '../charts/rate-chart.tsx'
import { formatBytes, formatCount, formatName } from '../model/format.ts'
import { usePage } from '../page.ts'
import { Meter } from './meter.tsx'
import { Panel } from './panel.tsx'

/** How market data arrives: rate, what was dropped and why, gaps, buffers and queues. */
export function FeedPanel() {
  const { store } = usePage()
  const feed = store.feed.value
  return (
    <Panel id="feed" title="Market data feed" aside={feed ? `${feed.endpoint} ${feed.state}` : ''}>
      {feed ? <FeedFigures feed={feed} /> : <p class="empty">The feed is not open</p>}
      <RateChart />
    </Panel>
  )
}

function FeedFigures({ feed }: { readonly feed: PageFeed }) {
  const { store } = usePage()
  const pairs = store.hello.value?.pairs ?? []
  const gaps = pairs.reduce((sum, { pair }) => sum + (store.pairState(pair).value?.gaps ?? 0), 0)
  const drops = Object.entries(feed.dropped).sort(([, a], [, b]) => b - a)
  const dropped = drops.reduce((sum, [, count]) => sum + count, 0)
  return (
    <div class="feed-figures">
      <dl class="figures">
        <Figure name="messages" value={formatCount(feed.messages)} />
        <Figure name="per second" value={formatCount(feed.messagesPerSecond)} />
        <Figure name="id skips" value={formatCount(gaps)} />
        <Figure name="dropped" value={formatCount(dropped)} isWarning={dropped > 0} />
        <Figure name="receive buffer" value={formatBytes(feed.receiveBufferBytes)} />
        <Figure name="receiver" value={feed.receiver ?? 'none'} />
      </dl>
      <div class="feed-lists">
        <dl class="rows" aria-label="Dropped by reason">
          <dt class="rows-title">dropped, by reason</dt>
          {drops.length === 0 && <dd class="muted">nothing</dd>}
          {drops.map(([reason, count]) => (
            <div key={reason}>
              <dt>{formatName(reason).replaceAll('_', ' ')}</dt>
              <dd class={count > 0 ? 'warn' : 'muted'}>{formatCount(count)}</dd>
            </div>
          ))}
        </dl>
        <dl class="rows" aria-label="Queues">
          <dt class="rows-title">queues, waiting of capacity</dt>
          {feed.queues.length === 0 && <dd class="muted">no subscriber</dd>}
          {feed.queues.map(({ pair, waiting, capacity, dropped: full }, index) => (
            <div key={`${pair} ${index}`}>
              <dt>{pair}</dt>
              <dd>
                <Meter label={`Queue of ${pair}`} value={waiting} of={capacity} />
                {full > 0 && <span class="warn"> {formatCount(full)} dropped</span>}
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  )
}

interface FigureProps {
  readonly name: string
  readonly value: string
  readonly isWarning?: boolean
}

function Figure({ name, value, isWarning = false }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isWarning ? 'warn' : ''}>{value}</dd>
    </div>
  )
}
