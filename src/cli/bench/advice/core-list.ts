/** The cores that a list such as `0-3,8` names, ascending. */
export function coresOf(list: string): number[] {
  if (list.trim() === '') return []
  const cores = list.split(',').flatMap((part) => {
    const [first = NaN, last = first] = part.split('-').map(Number)
    return Array.from({ length: last - first + 1 || 0 }, (_, i) => first + i)
  })
  return [...new Set(cores)].sort((a, b) => a - b)
}

/** `2`, or `2-3`: the last so many of the cores. */
export function lastCores(coreCount: number, count: number): string {
  return count === 1 ? String(coreCount - 1) : `${coreCount - count}-${coreCount - 1}`
}
