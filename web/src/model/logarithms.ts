/** Decimal logarithms, for a scale of decades; null where there is none. */
export function logarithms(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value !== null && value > 0 ? Math.log10(value) : null))
}

/** Whole decades around what is shown, one apart at least; from one to a thousand where nothing is shown. */
export function decades(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 3]
  const from = Math.floor(min)
  return [from, Math.max(Math.ceil(max), from + 1)]
}
