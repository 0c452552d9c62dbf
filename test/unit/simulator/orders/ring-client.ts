import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'

/** Offsets typed from the protocol's table, not taken from the project's layout. */
const STRIDE = 10_432
const SLOTS_START = 16

/** A name that no other test has. */
export function uniqueRingName(): string {
  return `/qtx_test_${process.pid}_${randomBytes(6).toString('hex')}`
}

export interface SlotFields {
  readonly mode?: bigint
  readonly side?: bigint
  readonly positionSide?: bigint
  readonly clientOrderId?: bigint
  readonly orderType?: bigint
  readonly priceMatch?: bigint
  readonly placedNs?: bigint
  readonly size?: string
  readonly price?: string
  readonly apiKey?: string
  readonly apiSecret?: string
  readonly symbol?: string
}

export const KEY: SlotFields = { mode: 0n, apiKey: 'the-key', apiSecret: 'the-secret' }
export const ORDER: SlotFields = {
  mode: 1n,
  side: 1n,
  clientOrderId: 1_234_567_890_123_456_789n,
  orderType: 2n,
  placedNs: 1_700_000_000_000_000_000n,
  size: '0.010',
  price: '61800.10',
  symbol: 'BTCUSDT',
}
export const CANCEL: SlotFields = { mode: -1n, clientOrderId: 1_234_567_890_123_456_789n, symbol: 'BTCUSDT' }

/** A client of the ring through the file system, which is the same memory, by code of its own. */
export class RingClient {
  readonly #fd: number

  constructor(name: string) {
    this.#fd = openSync(`/dev/shm${name}`, 'r+')
  }

  get sizeBytes(): number {
    return fstatSync(this.#fd).size
  }

  get mode(): number {
    return fstatSync(this.#fd).mode & 0o777
  }

  get from(): bigint {
    return this.#read(0, 8).readBigInt64LE(0)
  }

  get to(): bigint {
    return this.#read(8, 8).readBigInt64LE(0)
  }

  /** Clears the next slot, fills it and publishes it; returns which it was. */
  publish(fields: SlotFields): number {
    return this.publishBytes(slotBytes(fields))
  }

  publishBytes(bytes: Buffer): number {
    const slot = Number(this.to)
    writeSync(this.#fd, bytes, 0, STRIDE, SLOTS_START + slot * STRIDE)
    this.setTo(BigInt((slot + 1) % 100))
    return slot
  }

  setTo(index: bigint): void {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(index)
    writeSync(this.#fd, bytes, 0, 8, 8)
  }

  answeredNs(slot: number): bigint {
    return this.#read(SLOTS_START + slot * STRIDE + 56, 8).readBigUInt64LE(0)
  }

  answerBytes(slot: number): Buffer {
    return this.#read(SLOTS_START + slot * STRIDE + 428, 10_000)
  }

  answer(slot: number): string {
    const bytes = this.answerBytes(slot)
    return bytes.subarray(0, bytes.indexOf(0)).toString()
  }

  close(): void {
    closeSync(this.#fd)
  }

  #read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    readSync(this.#fd, bytes, 0, length, offset)
    return bytes
  }
}

export function slotBytes(fields: SlotFields): Buffer {
  const bytes = Buffer.alloc(STRIDE)
  bytes.writeBigInt64LE(fields.mode ?? 0n, 0)
  bytes.writeBigInt64LE(fields.side ?? 0n, 8)
  bytes.writeBigInt64LE(fields.positionSide ?? 0n, 16)
  bytes.writeBigUInt64LE(fields.clientOrderId ?? 0n, 24)
  bytes.writeBigUInt64LE(fields.orderType ?? 0n, 32)
  bytes.writeBigUInt64LE(fields.priceMatch ?? 0n, 40)
  bytes.writeBigUInt64LE(fields.placedNs ?? 0n, 48)
  bytes.write(fields.size ?? '', 64, 'latin1')
  bytes.write(fields.price ?? '', 96, 'latin1')
  bytes.write(fields.apiKey ?? '', 128, 'latin1')
  bytes.write(fields.apiSecret ?? '', 228, 'latin1')
  bytes.write(fields.symbol ?? '', 328, 'latin1')
  return bytes
}
