import { formatCount } from '../model/format.ts'
import { usePage } from '../page.ts'
import { Meter } from './meter.tsx'
import { Panel } from './panel.tsx'
import { State } from './side.tsx'

/** How orders travel: the route, how full the ring is, and what is switched off after failures. */
export function OrderPathPanel() {
  const { store } = usePage()
  const ring = store.ring.value
  const circuits = Object.entries(store.circuits.value)
  return (
    <Panel id="order-path" title="Order path">
      <dl class="rows">
        <Row name="route" value={store.orderRoute.value || 'none'} />
        {ring ? (
          <>
            <Row name="ring" value={ring.state} />
            <div>
              <dt>in flight / slots</dt>
              <dd>
                <Meter label="Order ring" value={ring.inFlight} of={ring.slots} />
              </dd>
            </div>
            <Row name="answered" value={formatCount(ring.answered)} />
            <Row name="timeouts" value={formatCount(ring.timeouts)} isWarning={ring.timeouts > 0} />
          </>
        ) : (
          <Row name="ring" value="not open" />
        )}
      </dl>
      <dl class="rows">
        <dt class="rows-title">circuit breakers</dt>
        {circuits.length === 0 && <dd class="muted">none</dd>}
        {circuits.map(([name, state]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <State good={state === 'closed'} text={state} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}

interface RowProps {
  readonly name: string
  readonly value: string
  readonly isWarning?: boolean
}

function Row({ name, value, isWarning = false }: RowProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isWarning ? 'warn' : ''}>{value}</dd>
    </div>
  )
}
