import { formatName } from '../model/format.ts'
import { usePage } from '../page.ts'

/** What keeps the connector from being ready, at the top, while anything does; and that nothing is new when it is. */
export function ReadinessBanner() {
  const { store } = usePage()
  if (store.hello.value === null || store.nowMs.value === null) return null
  if (store.connection.value.phase !== 'open')
    return <p class="banner">Not connected: what stands here is from before.</p>
  const failing = Object.entries(store.checks.value).filter(([, check]) => !check.ok)
  if (store.ready.value || failing.length === 0) return null
  return (
    <div class="banner">
      {failing.map(([name, { reason, remedy }]) => (
        <p key={name}>
          <strong>✗ {formatName(name)}</strong>: {reason}
          {remedy !== '' && <span class="remedy"> → {remedy}</span>}
        </p>
      ))}
    </div>
  )
}
