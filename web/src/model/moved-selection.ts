/** Which of the names a key leads to from the selected one; undefined for a key that does not move. */
export function movedSelection(names: readonly string[], selected: string, key: string): string | undefined {
  const at = names.indexOf(selected)
  switch (key) {
    case 'ArrowDown':
      return names[Math.min(at + 1, names.length - 1)]
    case 'ArrowUp':
      return names[Math.max(at - 1, 0)]
    case 'Home':
      return names[0]
    case 'End':
      return names.at(-1)
    default:
      return undefined
  }
}
