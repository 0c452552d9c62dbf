/** Places values along an axis. */
export interface Axis {
  readonly ticks: readonly number[]
  /** 0 at the axis' beginning, 1 at its end. */
  readonly place: (value: number) => number
}

/** Values this many times apart are placed by their logarithm. */
const LOGARITHMIC_FROM = 30
const WANTED_TICKS = 5

/** From zero, or by logarithm where the values are far apart. */
export function axisFor(values: readonly number[]): Axis {
  const positive = values.filter((value) => value > 0)
  const lowest = Math.min(...positive)
  const highest = Math.max(...positive)
  if (positive.length === 0) return { ticks: [0], place: () => 0 }
  return positive.length === values.length && highest / lowest > LOGARITHMIC_FROM
    ? logarithmic(lowest, highest)
    : linear(highest)
}

/** Places exactly these values, evenly where they are few and far apart. */
export function axisOf(values: readonly number[]): Axis {
  const first = values[0]!
  const last = values.at(-1)!
  if (first > 0 && last / first >= LOGARITHMIC_FROM) {
    const span = Math.log(last / first)
    return { ticks: values.length > 12 ? thinned(values) : values, place: (x) => Math.log(x / first) / span }
  }
  const span = last - first || 1
  return { ticks: values.length > 12 ? thinned(values) : values, place: (x) => (x - first) / span }
}

function thinned(values: readonly number[]): number[] {
  const every = Math.ceil(values.length / 8)
  return values.filter((_, i) => i % every === 0)
}

function linear(highest: number): Axis {
  const step = roundStep(highest / WANTED_TICKS)
  const count = Math.ceil(highest / step)
  const ticks = Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)))
  return { ticks, place: (value) => value / (count * step) }
}

function logarithmic(lowest: number, highest: number): Axis {
  const from = Math.floor(Math.log10(lowest))
  const to = Math.ceil(Math.log10(highest))
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => Number((10 ** (from + i)).toPrecision(12)))
  return { ticks, place: (value) => (Math.log10(value) - from) / (to - from || 1) }
}

/** 1, 2 or 5 times a power of ten, at least this. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10)
}
