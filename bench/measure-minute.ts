import type { Measurement } from './bench-context.ts'
import { RECORDING_PLACE, hasRecording } from './workloads/recorded-market.ts'

interface MinuteResult {
  readonly messageNs: number
  readonly levelNs: number
  readonly messages: number
  readonly levels: number
}

const VARIANTS = { 'through the book': 'book', 'as datagrams: decoded, then the book': 'datagrams' } as const

/** A whole minute of BTCUSDT, every message of it, as fast as it goes. */
export const measureMinute: Measurement = async ({ runs, isBrief, processes, workloads, log }) => {
  if (!hasRecording) {
    log(`minute: left out, because there is no recorded minute in ${RECORDING_PLACE}`)
    return []
  }
  log('minute')
  const names = Object.keys(VARIANTS) as (keyof typeof VARIANTS)[]
  const messages = names.map((name) => ({ name, samples: [] as number[] }))
  const levels = names.map((name) => ({ name, samples: [] as number[] }))
  let last: MinuteResult | undefined
  for (let run = 0; run < runs; run++) {
    for (const [i, name] of names.entries()) {
      const args = [VARIANTS[name], workloads.book(), workloads.datagrams('minute'), isBrief ? '1' : '5']
      last = (await processes.run('minute', args)) as MinuteResult
      messages[i]!.samples.push(last.messageNs)
      levels[i]!.samples.push(last.levelNs)
    }
  }
  const counts = `${last!.messages.toLocaleString('en')} messages with ${last!.levels.toLocaleString('en')} levels`
  return [
    {
      title: 'The recorded minute at full speed',
      unit: 'CPU ns a message',
      rows: messages,
      notes: [`${counts}: depth, best prices and trades of ${workloads.source}.`],
    },
    { title: 'The depth of the recorded minute alone', unit: 'CPU ns a level', rows: levels },
  ]
}
