import type { Measurement } from './bench-context.ts'
import { interleave } from './interleave.ts'

interface BookResult {
  readonly nanoseconds: number
  readonly best: readonly number[]
  readonly source: string
  readonly updates: number
  readonly levels: number
}

const VARIANTS = { 'ccxt Pro order book': 'ccxt', 'qtx OrderBook': 'qtx' } as const

/** Applying depth updates to a book. @throws Error when the two books end with different best prices. */
export const measureBook: Measurement = async ({ runs, isBrief, processes, log }) => {
  log('book')
  const results: BookResult[] = []
  const rows = await interleave(
    Object.entries(VARIANTS).map(([name, variant]) => ({
      name,
      measure: async () => {
        const result = (await processes.run('book', [variant, isBrief ? '1' : '9'])) as BookResult
        results.push(result)
        return result.nanoseconds
      },
    })),
    runs,
  )
  const [first] = results
  for (const { best } of results) {
    if (String(best) !== String(first?.best)) {
      throw new Error(`the books end differently: ${String(best)} and ${String(first?.best)}`)
    }
  }
  return [
    {
      title: 'Applying depth updates',
      unit: 'CPU ns a level',
      rows,
      baseline: 'ccxt Pro order book',
      notes: [`${first?.updates ?? 0} updates of ${first?.levels ?? 0} levels: ${first?.source ?? ''}.`],
    },
  ]
}
