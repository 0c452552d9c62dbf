/** A JSON object, or a list, whose fields are not known to be anything. */
export type JsonRecord = Readonly<Record<string, unknown>>

/** What the text says; undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The value with its fields; undefined where it has none. */
export function recordOf(value: unknown): JsonRecord | undefined {
  return typeof value === 'object' && value !== null ? (value as JsonRecord) : undefined
}

/** The parameters of a query, the last of each name. */
export function recordOfQuery(query: string): JsonRecord {
  return Object.fromEntries(new URLSearchParams(query))
}
