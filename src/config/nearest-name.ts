/** What may be mistyped of a name: this part of its characters. */
const MISTYPED_PART = 0.34

/** The name that was most likely meant; undefined where none is near. Letter case does not count. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  // Names are short; what is far longer is none of them.
  if (given.length > 100) return undefined
  let nearest: string | undefined
  let least = Infinity
  for (const name of names) {
    const distance = editsBetween(given.toLowerCase(), name.toLowerCase())
    if (distance < least && distance <= Math.max(given.length, name.length) * MISTYPED_PART) {
      nearest = name
      least = distance
    }
  }
  return nearest
}

/** How many characters have to be put in, taken out or replaced to make one text of the other. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
