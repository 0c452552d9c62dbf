import { asList, asRecord, asText, type UntrustedRecord } from './untrusted-fields.ts'

/**
 * Every row of a list that an exchange gives newest first and in pages, each of which goes on below the lowest id so
 * far. A row that comes twice is there once.
 * @param fetchPage its parameter is the id that the page begins below; undefined for the first one.
 * @param idOf ids have more digits than a double; what is none is kept and not paged by.
 */
export async function fetchPagesBelow<Row>(
  pageLength: number,
  fetchPage: (below: string | undefined) => Promise<readonly Row[]>,
  idOf: (row: Row) => unknown,
): Promise<readonly Row[]> {
  const rows = new Map<unknown, Row>()
  let below: string | undefined
  for (;;) {
    const page = await fetchPage(below)
    let lowest = below
    for (const row of page) {
      const id = asText(idOf(row))
      const isId = id !== undefined && /^\d{1,30}$/.test(id)
      rows.set(isId ? id : row, row)
      if (isId && (lowest === undefined || BigInt(id) < BigInt(lowest))) lowest = id
    }
    // Where paging does not lead backwards it would not end.
    if (page.length < pageLength || lowest === below) return [...rows.values()]
    below = lowest
  }
}

/**
 * Every row of such a list, of an exchange that takes `limit` and `after` and has the rows in `data`. What is no row is
 * left out.
 * @param idField the field that the list is paged by.
 */
export async function fetchRowsAfter(
  pageLength: number,
  idField: string,
  ask: (paging: Readonly<Record<string, string>>) => Promise<unknown>,
): Promise<readonly UntrustedRecord[]> {
  const rows = await fetchPagesBelow(
    pageLength,
    async (after) => {
      const answer = await ask({ limit: String(pageLength), ...(after !== undefined && { after }) })
      return asList(asRecord(answer)?.['data'])
    },
    (row) => asRecord(row)?.[idField],
  )
  return rows.map(asRecord).filter((row) => row !== undefined)
}
