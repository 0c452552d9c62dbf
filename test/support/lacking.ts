/**
 * Every field of a fixture that the message lacks, or has of another type; of lists, their first elements are
 * compared.
 * @param at the path of what is compared.
 * @param leftOut paths of fields that are not looked at.
 */
export function lacking(
  fixture: unknown,
  message: unknown,
  at = '',
  leftOut: Readonly<Record<string, unknown>> = {},
): string[] {
  if (Object.hasOwn(leftOut, at)) return []
  if (Array.isArray(fixture)) {
    if (!Array.isArray(message)) return [`${at} is no list`]
    return fixture.length === 0 || message.length === 0
      ? []
      : lacking(fixture[0], message[0], `${at}[]`, leftOut)
  }
  if (typeof fixture !== 'object' || fixture === null) {
    return typeof fixture === typeof message ? [] : [`${at} is ${typeof message}, not ${typeof fixture}`]
  }
  const fields = (message ?? {}) as Record<string, unknown>
  return Object.entries(fixture).flatMap(([name, value]) =>
    Object.hasOwn(fields, name) ? lacking(value, fields[name], `${at}.${name}`, leftOut) : [`${at}.${name}`],
  )
}
