import type { DatagramHandler, Receiver } from './receiver.ts'

/** Where a feed's datagrams come from instead of a server: a recording that is played. */
export interface DatagramSource {
  /** What is said in place of the server's address. */
  readonly name: string
  /** When what is handed on now was received, milliseconds since 1970: the feed's own time. */
  nowMs(): number
  /** A receiver, to be opened once; the feed may ask for another after closing one. */
  createReceiver(handler: DatagramHandler): Receiver
}
