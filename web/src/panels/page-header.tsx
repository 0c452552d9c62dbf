import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { formatDuration, NOTHING } from '../model/format.ts'
import { usePage } from '../page.ts'
import { State } from './side.tsx'

const SECTIONS = [
  ['books', 'Market'],
  ['orders', 'Trading'],
  ['latency-feedToBook', 'Latency'],
  ['feed', 'Feed'],
  ['checks', 'Checks'],
  ['log', 'Log'],
] as const

/** Who this is, whether it is ready, and whether the page is connected. */
export function PageHeader() {
  const { store, theme } = usePage()
  const hello = store.hello.value
  return (
    <header class="page-header">
      <div class="brand">
        <h1>{hello?.name ?? 'QTX connector'}</h1>
        {hello && (
          <span class="muted">
            {hello.exchange} · {hello.version} · {hello.canControl ? 'control' : 'read-only'}
          </span>
        )}
      </div>
      <dl class="facts">
        {hello && (
          <>
            <Readiness />
            <Network />
            <Uptime startedMs={hello.startedMs} />
            <FrameRate />
          </>
        )}
        <Connected />
      </dl>
      <nav aria-label="Parts of the page">
        {hello && SECTIONS.map(([id, name]) => <a key={id} href={`#${id}`} children={name} />)}
      </nav>
      <button
        type="button"
        class="theme-switch"
        onClick={() => theme.toggle()}
        aria-label={`Switch to the ${theme.name.value === 'dark' ? 'light' : 'dark'} theme`}
      >
        {theme.name.value === 'dark' ? '☀ light' : '☾ dark'}
      </button>
    </header>
  )
}

function Readiness() {
  const { store } = usePage()
  const checks = Object.entries(store.checks.value)
  const failing = checks.filter(([, check]) => !check.ok)
  const isReady = store.ready.value
  const count = failing.length === 0 ? '' : ` ${failing.length} of ${checks.length}`
  return (
    <div>
      <dt class="unseen">readiness</dt>
      <dd>
        <a href="#checks" class="plain-link">
          <State good={isReady} text={isReady ? 'ready' : `not ready${count}`} />
        </a>
        <span class="unseen" role="status" aria-live="polite">
          {isReady
            ? 'The connector is ready'
            : `The connector is not ready: ${failing.map(([name]) => name).join(', ')}`}
        </span>
      </dd>
    </div>
  )
}

function Network() {
  const status = usePage().store.networkStatus.value
  return (
    <div>
      <dt>network</dt>
      <dd>
        <State good={status === 'connected'} text={status.replaceAll('_', ' ')} />
      </dd>
    </div>
  )
}

function Uptime({ startedMs }: { readonly startedMs: number }) {
  const nowMs = usePage().store.nowMs.value
  return (
    <div>
      <dt>up</dt>
      <dd>{nowMs === null ? NOTHING : formatDuration(nowMs - startedMs)}</dd>
    </div>
  )
}

function FrameRate() {
  const rate = usePage().store.framesPerSecond.value
  return (
    <div>
      <dt>frames</dt>
      <dd>{rate === null ? NOTHING : `${rate.toFixed(1)}/s`}</dd>
    </div>
  )
}

const COUNTDOWN_MS = 250

function Connected() {
  const { store, reconnect } = usePage()
  const state = store.connection.value
  const nowMs = useSignal(Date.now())
  useEffect(() => {
    if (state.phase !== 'waiting') return undefined
    nowMs.value = Date.now()
    const timer = setInterval(() => (nowMs.value = Date.now()), COUNTDOWN_MS)
    return () => clearInterval(timer)
  }, [state])
  return (
    <div class="connected">
      <dt>page</dt>
      <dd>
        {state.phase === 'open' && <State good text="live" />}
        {state.phase === 'connecting' && <span class="muted">connecting…</span>}
        {state.phase === 'waiting' && (
          <>
            <State
              good={false}
              text={`reconnecting in ${Math.max(0, Math.ceil((state.retryAtMs - nowMs.value) / 1e3))} s`}
            />{' '}
            <button type="button" onClick={reconnect}>
              now
            </button>
          </>
        )}
        <span class="unseen" role="status" aria-live="polite">
          {state.phase === 'waiting' ? 'The page lost the connector and tries again' : ''}
        </span>
      </dd>
    </div>
  )
}
