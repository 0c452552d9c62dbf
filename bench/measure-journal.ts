import type { BenchContext, Measurement } from './bench-context.ts'

interface Appending {
  readonly order: number
  readonly fill: number
}

interface Draining {
  readonly record: number
  readonly turn: number
  readonly longTurn: number
}

const VARIANTS = { 'a line of JSON, write()': 'lines', 'qtx journal, append': 'append' } as const

/** Putting orders and fills on record, and bringing them into the database. */
export const measureJournal: Measurement = async (context) => {
  if (process.platform !== 'linux') return []
  context.log('journal')
  const names = Object.keys(VARIANTS) as (keyof typeof VARIANTS)[]
  const orders = names.map((name) => ({ name, samples: [] as number[] }))
  const fills = names.map((name) => ({ name, samples: [] as number[] }))
  const drained = { name: 'a record', samples: [] as number[] }
  const turns = { name: 'a turn of the event loop, p50', samples: [] as number[] }
  const longTurns = { name: 'a turn of the event loop, p99', samples: [] as number[] }
  for (let run = 0; run < context.runs; run++) {
    for (const [i, name] of names.entries()) {
      const { order, fill } = (await measure(context, VARIANTS[name], '50000')) as Appending
      orders[i]!.samples.push(order)
      fills[i]!.samples.push(fill)
    }
    const { record, turn, longTurn } = (await measure(context, 'drain', '20000')) as Draining
    drained.samples.push(record)
    turns.samples.push(turn)
    longTurns.samples.push(longTurn)
  }
  const baseline = 'a line of JSON, write()'
  return [
    { title: 'Putting an order on record', unit: 'ns', rows: orders, baseline },
    { title: 'Putting a fill on record', unit: 'ns', rows: fills, baseline },
    {
      title: 'Into the database, in the background',
      unit: 'µs',
      rows: [drained, turns, longTurns],
      notes: ['20,000 fills at once.'],
    },
  ]
}

function measure({ processes, isBrief }: BenchContext, variant: string, count: string): Promise<unknown> {
  return processes.run('journal', [variant, isBrief ? '500' : count])
}
