import { InvalidArgumentError } from 'commander'

const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 1_024, m: 1_024 ** 2, g: 1_024 ** 3 }

/** `500M`, `2G`, `64k`, or bytes. @throws InvalidArgumentError for anything else, and for less than 64 KiB. */
export function parseByteSize(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)(?:i?b)?$/i.exec(text.trim()) ?? []
  const bytes = Math.floor(Number(number) * UNIT_BYTES[unit.toLowerCase()]!)
  if (bytes >= 65_536 && Number.isSafeInteger(bytes)) return bytes
  throw new InvalidArgumentError('expected a size such as 500M or 2G, at least 64k.')
}

/** In the unit that reads best: `812 B`, `1.4 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1_000
  let unit = 0
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1_000
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
