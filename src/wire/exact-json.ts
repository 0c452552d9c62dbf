/** A JSON value whose numbers are the text they were written as: an order id above 2^53 stays exact. */
export type ExactJson =
  string | boolean | null | readonly ExactJson[] | { readonly [name: string]: ExactJson }

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** Parses JSON, numbers as text; undefined when it is not JSON. */
export function parseExactJson(text: string): ExactJson | undefined {
  try {
    // First as it is, so that quoting the numbers cannot make valid what was not.
    JSON.parse(text)
    return JSON.parse(text.replace(STRING_OR_NUMBER, quoteNumber)) as ExactJson
  } catch {
    return undefined
  }
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
