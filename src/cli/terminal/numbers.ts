const formats = (decimals: number): Intl.NumberFormat =>
  new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
const FORMATS = Array.from({ length: 13 }, (_, decimals) => formats(decimals))
const NO_VALUE = '–'

/** With thousands separators and so many decimals: `61,800.10`; a dash where there is no number. */
export function formatNumber(value: number | undefined, decimals = 0): string {
  if (value === undefined || !Number.isFinite(value)) return NO_VALUE
  return FORMATS[Math.min(decimals, FORMATS.length - 1)]!.format(value)
}

/** A time in the unit that reads best: `82 µs`, `1.2 ms`, `340 ms`, `3.4 s`. */
export function formatMs(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return NO_VALUE
  if (ms < 0.9995) return `${Math.round(ms * 1_000)} µs`
  if (ms < 99.95) return `${ms.toFixed(1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  return `${(ms / 1_000).toFixed(1)} s`
}

/** The most decimals that any of the numbers has, at most `limit`. */
export function decimalsOf(values: readonly number[], limit: number): number {
  let most = 0
  for (const value of values) most = Math.max(most, decimalsOfOne(value))
  return Math.min(most, limit)
}

function decimalsOfOne(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e')
  const fraction = mantissa.split('.')[1]?.length ?? 0
  return Math.max(0, fraction - Number(exponent))
}

/** Minutes and seconds of a time that passed: `0:07`. */
export function formatClock(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
