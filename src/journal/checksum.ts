const POLYNOMIAL = 0xedb88320

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
  return value
})

// Of a byte that one, two or three more bytes follow: four bytes are looked up at once, each by itself.
const TABLE_1 = followed(TABLE)
const TABLE_2 = followed(TABLE_1)
const TABLE_3 = followed(TABLE_2)

function followed(table: Int32Array): Int32Array {
  return table.map((value) => (value >>> 8) ^ TABLE[value & 0xff]!)
}

/**
 * CRC-32 (ISO-HDLC, as in zip) of `bytes` from `start` up to `end`. `previous` is the checksum of what came before.
 * It finds every change of up to 32 bits in a row, and any single or double flip within a record.
 */
export function crc32(bytes: Uint8Array, start: number, end: number, previous = 0): number {
  let crc = ~previous
  let at = start
  for (; at + 4 <= end; at += 4) {
    crc =
      TABLE_3[(crc ^ bytes[at]!) & 0xff]! ^
      TABLE_2[((crc >>> 8) ^ bytes[at + 1]!) & 0xff]! ^
      TABLE_1[((crc >>> 16) ^ bytes[at + 2]!) & 0xff]! ^
      TABLE[((crc >>> 24) ^ bytes[at + 3]!) & 0xff]!
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}
