import { InvalidArgumentError } from 'commander'

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
/** Longer than this a timer fires at once. */
const MAX_MS = 0x7fff_ffff

/**
 * `500ms`, `20s`, `1.5m`, `1h`, or `20` for seconds, as milliseconds.
 * @throws InvalidArgumentError for anything else, for nothing, and for more than a timer can wait (24 days).
 */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim())
  const durationMs = match ? Number(match[1]) * UNIT_MS[match[2] ?? 's']! : NaN
  if (durationMs > 0 && durationMs <= MAX_MS) return durationMs
  throw new InvalidArgumentError('expected a time such as 20s, 500ms or 2m.')
}
