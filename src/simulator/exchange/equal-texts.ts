import { timingSafeEqual } from 'node:crypto'

/** Whether two secrets are the same, in a time that does not say how much of them is. */
export function equalTexts(a: string, b: string): boolean {
  const first = Buffer.from(a)
  const second = Buffer.from(b)
  return first.length === second.length && timingSafeEqual(first, second)
}
