import { asText } from '../untrusted-fields.ts'

/** The most that the exchange gives at once. */
export const BITGET_PAGE_LENGTH = 100

/**
 * Every row of a list that the exchange gives newest first and in pages, each of which goes on below the id of the
 * last row of the one before.
 * @param fetchPage its parameters are those that name the page.
 */
export async function fetchBitgetPages(
  fetchPage: (parameters: Readonly<Record<string, string>>) => Promise<readonly unknown[]>,
  idOf: (row: unknown) => unknown,
): Promise<readonly unknown[]> {
  const all = new Map<string, unknown>()
  let below: string | undefined
  for (;;) {
    const page = await fetchPage(below === undefined ? {} : { idLessThan: below })
    let lowest = below
    for (const row of page) {
      const id = asText(idOf(row))
      if (id === undefined || !/^\d{1,30}$/.test(id)) continue
      all.set(id, row)
      if (lowest === undefined || BigInt(id) < BigInt(lowest)) lowest = id
    }
    if (page.length < BITGET_PAGE_LENGTH || lowest === below) return [...all.values()]
    below = lowest
  }
}
