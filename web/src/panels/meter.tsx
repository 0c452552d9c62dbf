import { formatCount } from '../model/format.ts'

export interface MeterProps {
  readonly label: string
  readonly value: number
  readonly of: number
}

/** How full something is, as a bar and in numbers. */
export function Meter({ label, value, of }: MeterProps) {
  const share = of > 0 ? Math.min(1, value / of) : 0
  return (
    <span class="meter-line">
      <span
        class={share > 0.8 ? 'meter full' : 'meter'}
        role="meter"
        aria-label={label}
        aria-valuenow={value}
        aria-valuemin={0}
        aria-valuemax={of}
      >
        <span style={{ width: `${(share * 100).toFixed(1)}%` }} />
      </span>
      {formatCount(value)} / {formatCount(of)}
    </span>
  )
}
