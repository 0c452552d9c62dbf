/**
 * A feed server on the loopback that answers subscriptions, and sends what it is told to. Commands, a line each, each
 * answered by a line of JSON; it ends with its input:
 *
 *   open                              another socket, for one receiver; its port
 *   burst SOCKET KIND COUNT           sends at full speed
 *   pace SOCKET KIND COUNT PER_SECOND sends evenly, spinning in between; the seconds that it took
 */
import { monotonicOriginMs } from '../../../common/monotonic-origin.ts'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { DatagramKind } from '../bench-results.ts'
import { DatagramSequence, INDEX } from '../made-market.ts'
import { answer, leaveSignalsToParent } from './command-lines.ts'

/** For the receiver, which was told at the same time, to begin. */
const HEAD_START_MS = 5

leaveSignalsToParent()
const offsetMs = monotonicOriginMs()

/** One socket with the market that is sent through it. */
class Outlet {
  readonly #socket: Socket
  readonly #market = new DatagramSequence()

  constructor(socket: Socket) {
    this.#socket = socket
    socket.once('message', (text, { port, address }) => {
      socket.connect(port, address, () => socket.send(`${INDEX}:${text.toString('latin1')}`))
    })
    // A receiver that has gone is the parent's to notice.
    socket.on('error', () => undefined)
  }

  static async open(): Promise<{ readonly outlet: Outlet; readonly port: number }> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return { outlet: new Outlet(socket), port: socket.address().port }
  }

  burst(kind: DatagramKind, count: number): void {
    const wallMs = Date.now()
    for (let i = 0; i < count; i++) this.#send(kind, wallMs)
  }

  pace(kind: DatagramKind, count: number, perSecond: number): number {
    const startMs = performance.now() + HEAD_START_MS
    const wallMs = Date.now()
    for (let sent = 0; sent < count; sent++) {
      const dueMs = startMs + (sent * 1_000) / perSecond
      while (performance.now() < dueMs);
      this.#send(kind, wallMs)
    }
    return (performance.now() - startMs) / 1_000
  }

  #send(kind: DatagramKind, wallMs: number): void {
    this.#socket.send(this.#market.next(kind, wallMs, (performance.now() + offsetMs) * 1e6))
  }
}

const outlets: Outlet[] = []
for await (const line of createInterface({ input: process.stdin })) {
  const [command, index, kind, count, perSecond] = line.split(' ')
  if (command === 'open') {
    const { outlet, port } = await Outlet.open()
    answer({ socket: outlets.push(outlet) - 1, port })
    continue
  }
  const outlet = outlets[Number(index)]
  if (!outlet) throw new Error(`there is no socket ${index}`)
  if (command === 'burst') {
    outlet.burst(kind as DatagramKind, Number(count))
    answer({})
  } else answer({ seconds: outlet.pace(kind as DatagramKind, Number(count), Number(perSecond)) })
}
process.exit()
