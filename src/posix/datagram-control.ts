const SOL_SOCKET = 1
/** Socket options; what the kernel then says of a datagram bears the same number. */
export const SO_TIMESTAMPNS = 35
export const SO_RXQ_OVFL = 40
export const SOL_UDP = 17
export const UDP_GRO = 104

/** Of `struct mmsghdr` where pointers have 64 bits. */
const HEADER = { CONTROL: 32, CONTROL_LENGTH: 40, LENGTH_BYTES: 64 } as const
/** `struct cmsghdr` where pointers have 64 bits. */
const CONTROL = { LENGTH: 0, LEVEL: 8, TYPE: 12, DATA: 16 } as const
/** Room for what the kernel says of one datagram: a time, a count and a size. */
const CONTROL_BYTES = 128

/** What the kernel says beside each datagram of a batch. Reading it allocates nothing. */
export class DatagramControl {
  readonly memory: ArrayBuffer
  readonly #words: Uint32Array
  readonly #headers: ArrayBuffer
  readonly #headerWords: Uint32Array
  readonly #slots: number

  /** @param headers one `struct mmsghdr` a slot. */
  constructor(headers: ArrayBuffer, slots: number) {
    this.memory = new ArrayBuffer(slots * CONTROL_BYTES)
    this.#words = new Uint32Array(this.memory)
    this.#headers = headers
    this.#headerWords = new Uint32Array(headers)
    this.#slots = slots
  }

  /** Tells each header where its room is. @param address of `memory`. */
  layOut(address: bigint): void {
    const pointers = new BigUint64Array(this.#headers)
    for (let slot = 0; slot < this.#slots; slot++) {
      pointers[(slot * HEADER.LENGTH_BYTES + HEADER.CONTROL) >> 3] = address + BigInt(slot * CONTROL_BYTES)
    }
  }

  /** To be called before a batch: the kernel has written the length that it used over the length that it may use. */
  makeRoom(slots: number): void {
    for (let slot = 0; slot < slots; slot++) {
      this.#headerWords[(slot * HEADER.LENGTH_BYTES + HEADER.CONTROL_LENGTH) >> 2] = CONTROL_BYTES
    }
  }

  /** When the kernel received the datagram, milliseconds since 1970; 0 where it does not say. */
  kernelMs(slot: number): number {
    const at = this.#find(slot, SOL_SOCKET, SO_TIMESTAMPNS)
    if (at < 0) return 0
    const words = this.#words
    const seconds = words[at]! + words[at + 1]! * 4_294_967_296
    return seconds * 1_000 + words[at + 2]! / 1e6
  }

  /** Datagrams that the kernel had dropped when it took this one; 0 where it does not say. */
  dropsBefore(slot: number): number {
    const at = this.#find(slot, SOL_SOCKET, SO_RXQ_OVFL)
    return at < 0 ? 0 : this.#words[at]!
  }

  /** How long each datagram of a train is, but for the last; 0 where it is one datagram. */
  segmentBytes(slot: number): number {
    const at = this.#find(slot, SOL_UDP, UDP_GRO)
    return at < 0 ? 0 : this.#words[at]!
  }

  /** The index, in words, of what the kernel says of `slot` under this name; -1 when it says nothing. */
  #find(slot: number, level: number, type: number): number {
    const words = this.#words
    const used = this.#headerWords[(slot * HEADER.LENGTH_BYTES + HEADER.CONTROL_LENGTH) >> 2]!
    const start = slot * CONTROL_BYTES
    for (let at = 0; at + CONTROL.DATA <= used;) {
      const word = (start + at) >> 2
      if (words[word + CONTROL.LEVEL / 4] === level && words[word + CONTROL.TYPE / 4] === type) {
        return word + CONTROL.DATA / 4
      }
      const length = words[word + CONTROL.LENGTH / 4]!
      if (length < CONTROL.DATA) return -1
      at += (length + 7) & ~7
    }
    return -1
  }
}
