import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { QtxConnector } from '../src/index.ts'

/** The events of an order, each with its letter in the order's story. */
const LETTERS = {
  orderSubmitUnknown: 'u',
  buyOrderCreated: 'c',
  sellOrderCreated: 'c',
  orderFilled: 'f',
  buyOrderCompleted: 'd',
  sellOrderCompleted: 'd',
  orderCancelled: 'e',
  orderFailure: 'x',
} as const

/** Unknown, created, filled, completed, cancelled (ended), failed, anomaly. */
export type Letter = (typeof LETTERS)[keyof typeof LETTERS] | 'a'

/** One event, as a listener heard it. */
export interface ToldEvent {
  readonly letter: Letter
  readonly clientOrderId: string
  /** Of a fill. */
  readonly tradeId?: string
}

/** Writes every event of an order to a file, one a line, at once: what was written outlives a kill. Returns its end. */
export function writeEvents(connector: QtxConnector, path: string): () => void {
  const file = openSync(path, 'a', 0o600)
  const write = (event: ToldEvent) => writeSync(file, `${JSON.stringify(event)}\n`)
  for (const [name, letter] of Object.entries(LETTERS) as [keyof typeof LETTERS, Letter][]) {
    connector.on(name, (payload) =>
      write({
        letter,
        clientOrderId: payload.clientOrderId,
        ...('tradeId' in payload && { tradeId: payload.tradeId }),
      }),
    )
  }
  connector.on('anomaly', ({ clientOrderId }) => write({ letter: 'a', clientOrderId }))
  return () => closeSync(file)
}

/** What one life told; nothing where it was killed before it could. */
export function readEvents(path: string): readonly ToldEvent[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  // What follows the last line feed was being written at the kill.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ToldEvent)
}
