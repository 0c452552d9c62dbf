import { asList, asRecord, asText, type UntrustedRecord } from '../untrusted-fields.ts'

/** More is refused; without a limit there are 20. */
const PAGE_LENGTH = 100

/**
 * Every row of a list, newest first as it is told, page by page: each is asked for with the oldest id so far.
 * @param idName the field that the list is paged by.
 */
export async function allBlofinRows(
  idName: string,
  ask: (paging: Readonly<Record<string, string>>) => Promise<unknown>,
): Promise<readonly UntrustedRecord[]> {
  const rows = new Map<string, UntrustedRecord>()
  let after: string | undefined
  for (;;) {
    const answer = await ask({ limit: String(PAGE_LENGTH), ...(after !== undefined && { after }) })
    const page = asList(asRecord(answer)?.['data']).map((row) => asRecord(row) ?? {})
    const known = rows.size
    for (const row of page) {
      after = asText(row[idName])
      if (after !== undefined) rows.set(after, row)
    }
    // Where paging does not lead backwards it would not end.
    if (page.length < PAGE_LENGTH || after === undefined || rows.size === known) return [...rows.values()]
  }
}
