import { formatSigned } from '../model/format.ts'

/** Buy or sell, told by shape and word as well as by colour. */
export function Side({ side }: { readonly side: 'buy' | 'sell' }) {
  return (
    <span class={side}>
      <span aria-hidden="true">{side === 'buy' ? '▲' : '▼'}</span> {side}
    </span>
  )
}

/** An amount of money with its sign, coloured by it. */
export function Money({ amount, decimals }: { readonly amount: string; readonly decimals?: number }) {
  const value = Number(amount)
  return <span class={value > 0 ? 'gain' : value < 0 ? 'loss' : ''}>{formatSigned(amount, decimals)}</span>
}

/** Good or not, told by a sign as well as by colour. */
export function State({ good, text }: { readonly good: boolean; readonly text: string }) {
  return (
    <span class={good ? 'good' : 'bad'}>
      <span aria-hidden="true">{good ? '✓' : '✗'}</span> {text}
    </span>
  )
}
