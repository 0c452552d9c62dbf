export interface Comparison {
  /** Ends of the paths of fields that are not looked at, such as `.data[].id`. */
  readonly leftOut?: Readonly<Record<string, unknown>>
  /** False: fields are compared by their names alone. */
  readonly withTypes?: boolean
}

/**
 * Every field of a fixture that the message lacks, or has of another type; of lists, their first elements are compared.
 * What is null in the fixture may be of any type.
 * @param at the path of what is compared.
 */
export function lacking(
  fixture: unknown,
  message: unknown,
  at = '',
  comparison: Comparison = {},
): readonly string[] {
  if (fixture === null) return []
  if (Array.isArray(fixture)) {
    if (!Array.isArray(message)) return [`${at} is no list`]
    if (message.length > 0 && fixture.length > 0)
      return lacking(fixture[0], message[0], `${at}[]`, comparison)
    // A side of a book may be empty, whose rows are lists.
    return fixture.length === 0 || Array.isArray(fixture[0]) ? [] : [`${at} is empty`]
  }
  if (typeof fixture !== 'object') {
    if (comparison.withTypes === false || typeof fixture === typeof message) return []
    return [`${at} is ${typeof message}, not ${typeof fixture}`]
  }
  const leftOut = Object.keys(comparison.leftOut ?? {})
  const fields = (message ?? {}) as Readonly<Record<string, unknown>>
  return Object.entries(fixture).flatMap(([name, value]) => {
    const path = `${at}.${name}`
    if (leftOut.some((each) => path.endsWith(each))) return []
    return Object.hasOwn(fields, name) ? lacking(value, fields[name], path, comparison) : [path]
  })
}
