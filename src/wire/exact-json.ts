/** A JSON value whose numbers are the text they were written as: an order id above 2^53 stays exact. */
export type ExactJson =
  string | boolean | null | readonly ExactJson[] | { readonly [name: string]: ExactJson }

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * Finds every number that a double might print differently: of 16 digits and more, with a point or an exponent, or −0.
 * What looks like one inside a string is found too, and only costs time.
 */
const INEXACT_NUMBER = /(?:^|[:,[\s])-?(?:\d{16}|\d+[.eE])|-0/

type ParsedJson = string | number | boolean | null | ParsedJson[] | { [name: string]: ParsedJson }

/** Parses JSON, numbers as text; undefined when it is not JSON. */
export function parseExactJson(text: string): ExactJson | undefined {
  try {
    // First as it is, so that quoting the numbers cannot make valid what was not.
    const parsed = JSON.parse(text) as ParsedJson
    if (!INEXACT_NUMBER.test(text)) return withNumbersAsText(parsed)
    return JSON.parse(text.replace(STRING_OR_NUMBER, quoteNumber)) as ExactJson
  } catch {
    return undefined
  }
}

/** In place. Only for numbers that print as they were written. */
function withNumbersAsText(value: ParsedJson): ExactJson {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return value
  const members = value as { [name: string]: ParsedJson }
  // Own members only, and they are written to as such: JSON.parse makes no accessors, not even of `__proto__`.
  for (const name of Object.keys(members)) {
    const member = members[name]
    if (typeof member === 'number') members[name] = String(member)
    else if (typeof member === 'object' && member !== null) withNumbersAsText(member)
  }
  return value as ExactJson
}

function quoteNumber(token: string): string {
  return token.startsWith('"') ? token : `"${token}"`
}

/** A member of an object; undefined for anything else, inherited names included. */
export function memberOf(value: ExactJson | undefined, name: string): ExactJson | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? (value as { readonly [name: string]: ExactJson })[name] : undefined
}

/** A member that is text or a number, as text. */
export function textOf(value: ExactJson | undefined, name: string): string | undefined {
  const member = memberOf(value, name)
  return typeof member === 'string' ? member : undefined
}

export function isJsonObject(value: ExactJson | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
