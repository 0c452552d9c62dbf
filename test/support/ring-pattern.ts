/** The byte at `at` of the datagram `seed`: no two that follow each other, and no two places, have the same. */
export function byteOf(seed: number, at: number): number {
  return (seed * 31 + at * 7 + (at >> 8)) & 0xff
}

/** The length of the datagram `seed`: short, long and odd ones. */
export function lengthOf(seed: number): number {
  if (seed % 997 === 0) return 65_507 - (seed % 8)
  if (seed % 5 === 0) return 56 + 16 * (seed % 40)
  return seed % 3 === 0 ? seed % 300 : 56
}
