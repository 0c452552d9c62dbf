import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { QtxError, messageOf } from '../../errors.ts'
import { DatagramMemory } from '../../wire/market-data-codec.ts'
import { MAX_DATAGRAM_BYTES } from '../../wire/market-data-layout.ts'
import type { DatagramHandler, Receiver, ReceiverOptions, ReceiverStatistics } from './receiver.ts'

/** Below this a receive buffer is not worth asking for again. */
const SMALLEST_BUFFER_BYTES = 65_536

/** Receives with `node:dgram`: on every platform, IPv4 and IPv6. Copies each datagram into aligned memory. */
export class DgramReceiver implements Receiver {
  readonly #options: ReceiverOptions
  readonly #handler: DatagramHandler
  readonly #memory = new DatagramMemory(new ArrayBuffer(Math.ceil(MAX_DATAGRAM_BYTES / 8) * 8))
  readonly #socket: Socket
  readonly #unsent = new Set<Promise<void>>()
  #isOpen = false
  #closing: Promise<void> | undefined
  #datagrams = 0
  #bytes = 0
  #otherSender = 0
  #socketErrors = 0
  #last: ReceiverStatistics | undefined

  constructor(options: ReceiverOptions, handler: DatagramHandler) {
    this.#options = options
    this.#handler = handler
    const isGroup = options.multicast !== undefined
    this.#socket = createSocket({ type: options.server.family === 6 ? 'udp6' : 'udp4', reuseAddr: isGroup })
  }

  async open(): Promise<void> {
    const { multicast } = this.#options
    try {
      await this.#bind()
      if (multicast) this.#socket.addMembership(multicast.group, multicast.interfaceAddress)
    } catch (error) {
      this.#socket.close()
      const what = multicast ? `multicast group ${multicast.group}:${multicast.port}` : 'a UDP socket'
      throw new QtxError('QTX_FEED_UNREACHABLE', `${what} could not be opened (${messageOf(error)})`, {
        cause: error,
      })
    }
    this.#growReceiveBuffer()
    this.#isOpen = true
    this.#socket.on('error', (error) => this.#onError(error))
    this.#socket.on('message', (bytes, sender) => this.#onMessage(bytes, sender))
  }

  send(text: string): void {
    if (!this.#isOpen) return
    const { address, port } = this.#options.server
    const sent = new Promise<void>((resolve) => {
      this.#socket.send(text, port, address, (error) => {
        if (error) this.#onError(error)
        resolve()
      })
    })
    this.#unsent.add(sent)
    void sent.then(() => this.#unsent.delete(sent))
  }

  getStatistics(): ReceiverStatistics {
    return (
      this.#last ?? {
        kind: 'dgram',
        localPort: this.#isOpen ? this.#socket.address().port : 0,
        receiveBufferBytes: this.#isOpen ? this.#socket.getRecvBufferSize() : 0,
        kernelDrops: undefined,
        ringDrops: 0,
        datagrams: this.#datagrams,
        coalesced: 0,
        bytes: this.#bytes,
        laps: 0,
        otherSender: this.#otherSender,
        socketErrors: this.#socketErrors,
      }
    )
  }

  noticeDrops(): void {
    // Node does not tell.
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return
    this.#last = this.getStatistics()
    this.#isOpen = false
    this.#socket.removeAllListeners('message')
    await Promise.all(this.#unsent)
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }

  #bind(): Promise<void> {
    const { multicast } = this.#options
    const socket = this.#socket
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      const onBound = (): void => {
        socket.off('error', reject)
        resolve()
      }
      if (!multicast) socket.bind(0, onBound)
      // Bound to the group, nothing else arrives; Windows does not allow it.
      else if (process.platform === 'win32') socket.bind(multicast.port, onBound)
      else socket.bind(multicast.port, multicast.group, onBound)
    })
  }

  #growReceiveBuffer(): void {
    // Linux cuts the size to its limit; other systems refuse what is above theirs.
    for (let bytes = this.#options.receiveBufferBytes; bytes >= SMALLEST_BUFFER_BYTES; bytes >>= 1) {
      try {
        this.#socket.setRecvBufferSize(bytes)
        return
      } catch {
        continue
      }
    }
  }

  #onMessage(bytes: Uint8Array, sender: RemoteInfo): void {
    const { server, multicast } = this.#options
    if (sender.address !== server.address || (!multicast && sender.port !== server.port)) {
      this.#otherSender++
      return
    }
    this.#datagrams++
    this.#bytes += bytes.length
    this.#memory.bytes.set(bytes)
    this.#handler.onBatch()
    this.#handler.onDatagram(this.#memory, 0, bytes.length)
  }

  #onError(error: Error): void {
    this.#socketErrors++
    this.#handler.onSocketError('code' in error ? String(error.code) : error.message)
  }
}
