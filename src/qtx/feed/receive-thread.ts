/** The thread of a worker receiver: takes datagrams from the socket and puts them into the ring, until it is stopped. */
import { parentPort, workerData } from 'node:worker_threads'
import { monotonicOriginMs } from '../../common/monotonic-origin.ts'
import { SLOT_BYTES, UdpSocket, hostWordOf, type UdpSocketOptions } from '../../posix/udp-socket.ts'
import { DatagramMemory } from '../../wire/market-data-codec.ts'
import { DatagramRingWriter } from './datagram-ring-writer.ts'

/** What the thread is given. */
export interface ReceiveThreadData {
  readonly ring: SharedArrayBuffer
  /** Of the socket, which the main thread opened with these options and closes. */
  readonly descriptor: number
  readonly socket: UdpSocketOptions
  /** Address of the only sender whose datagrams count, where the kernel lets others through. */
  readonly onlyHost: string | undefined
  /** Looks for datagrams without ever sleeping. */
  readonly busyPoll: boolean
  /** `monotonicOriginMs` of the thread that reads. */
  readonly originMs: number
}

/** What the thread says. */
export type ReceiveThreadNews = 'running' | { readonly socketError: string }

/** A socket that does nothing but fail is not to be looked at for ever. */
const MOST_ERRORS_IN_A_ROW = 100

function receive(
  { ring, descriptor, ...options }: ReceiveThreadData,
  tell: (news: ReceiveThreadNews) => void,
) {
  const socket = UdpSocket.adopt(descriptor, options.socket)
  const memory = new DatagramMemory(socket.buffer)
  const writer = new DatagramRingWriter(ring)
  const hostWord = options.onlyHost === undefined ? undefined : hostWordOf(options.onlyHost)
  const aheadMs = monotonicOriginMs() - options.originMs
  let errors = 0
  let receivedUs = 0
  let dropsBefore = 0
  const onDatagramOfTrain = (offset: number, lengthBytes: number): void => {
    writer.countCoalesced()
    writer.write(memory, offset, lengthBytes, receivedUs, dropsBefore)
  }
  tell('running')
  for (;;) {
    const count = options.busyPoll ? socket.receive() : socket.receiveWaiting()
    // What comes with being interrupted is no datagram.
    if (writer.isStopped()) return
    if (count >= 0) errors = 0
    if (count === 0) continue
    if (count < 0) {
      const socketError = socket.lastError()
      socket.takeErrors()
      tell({ socketError })
      if (++errors < MOST_ERRORS_IN_A_ROW) continue
      throw new Error(`the socket failed ${errors} times: ${socketError}`)
    }
    receivedUs = (performance.now() + aheadMs) * 1_000
    for (let slot = 0; slot < count; slot++) {
      if (hostWord !== undefined && !socket.isFrom(slot, hostWord)) {
        writer.countOtherSender()
        continue
      }
      memory.kernelMs = socket.kernelMs(slot)
      dropsBefore = socket.dropsBefore(slot)
      if (socket.isTrain(slot)) socket.forEachInTrain(slot, onDatagramOfTrain)
      else writer.write(memory, slot * SLOT_BYTES, socket.lengthBytes(slot), receivedUs, dropsBefore)
    }
    writer.publish()
  }
}

receive(workerData as ReceiveThreadData, (news) => parentPort?.postMessage(news))
