import { formatName } from '../model/format.ts'
import { usePage } from '../page.ts'
import { Panel } from './panel.tsx'
import { State } from './side.tsx'

/** Everything that must hold before the connector is ready, what does not hold first, with what to do about it. */
export function ChecksPanel() {
  const { store } = usePage()
  const checks = Object.entries(store.checks.value)
  const failing = checks.filter(([, check]) => !check.ok)
  const holding = checks.filter(([, check]) => check.ok)
  const aside = failing.length === 0 ? `all ${checks.length} hold` : `${failing.length} do not hold`
  return (
    <Panel id="checks" title="Readiness checks" aside={aside}>
      <ul class="checks" tabIndex={0} aria-label="Readiness checks">
        {[...failing, ...holding].map(([name, { ok, reason, remedy }]) => (
          <li key={name} class={ok ? '' : 'failing'}>
            <State good={ok} text={formatName(name)} />
            <span class="reason">{reason}</span>
            {remedy !== '' && <span class="remedy">→ {remedy}</span>}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
