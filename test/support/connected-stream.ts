import { afterEach, beforeEach } from 'vitest'
import type { UserStream } from '../../src/connector/user-stream.ts'
import { UserStreamNotes } from './hooked-binance.ts'
import { until } from './until.ts'

/** A private stream that is connected, and what it says. */
export interface ConnectedStream {
  readonly notes: UserStreamNotes
  /** When anything last arrived, milliseconds since 1970. */
  readonly lastReceivedMs: number | undefined
  stop(): Promise<void>
}

/** Connects a private stream before each test of the surrounding description, and stops it after it. */
export function connectedStream(create: () => UserStream): ConnectedStream {
  let notes = new UserStreamNotes()
  let stream: UserStream

  beforeEach(async () => {
    notes = new UserStreamNotes()
    stream = create()
    await stream.start(notes)
    await until(() => notes.connectedCount === 1, 'connected()')
  })

  afterEach(() => stream.stop())

  return {
    get notes() {
      return notes
    },
    get lastReceivedMs() {
      return stream.lastReceivedMs
    },
    stop: () => stream.stop(),
  }
}
