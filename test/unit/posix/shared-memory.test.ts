import { chmodSync, readdirSync, statSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { SharedMemory } from '../../../src/posix/shared-memory.ts'

const PREFIX = `qtx-test-shm-${process.pid}-${Math.random().toString(36).slice(2)}`
const LENGTH_BYTES = 8_192
const opened: SharedMemory[] = []
let names = 0

function keep(memory: SharedMemory): SharedMemory {
  opened.push(memory)
  return memory
}

function create(name = newName()): SharedMemory {
  return keep(SharedMemory.create(name, LENGTH_BYTES))
}

function newName(): string {
  return `/${PREFIX}-${names++}`
}

afterEach(() => {
  for (const memory of opened.splice(0)) {
    memory.close()
    SharedMemory.unlink(memory.name)
  }
  expect(readdirSync('/dev/shm').filter((name) => name.startsWith(PREFIX))).toEqual([])
})

describe('memory', () => {
  test('a new object is zeroed, as large as asked, and its owner’s alone', () => {
    const memory = create()
    expect(memory.buffer.byteLength).toBe(LENGTH_BYTES)
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true)
    expect(memory.facts).toEqual({ sizeBytes: LENGTH_BYTES, ownerUid: process.getuid?.(), mode: 0o600 })
  })

  test('two openings see each other’s stores at once', () => {
    const writer = create()
    const reader = keep(SharedMemory.open(writer.name, LENGTH_BYTES))
    const written = new BigInt64Array(writer.buffer)
    Atomics.store(written, 100, -5n)
    expect(Atomics.load(new BigInt64Array(reader.buffer), 100)).toBe(-5n)
    new Uint8Array(reader.buffer)[LENGTH_BYTES - 1] = 7
    expect(new Uint8Array(writer.buffer)[LENGTH_BYTES - 1]).toBe(7)
  })

  test('its memory can still be used after close()', () => {
    const memory = create()
    const bytes = new Uint8Array(memory.buffer)
    memory.close()
    memory.close()
    bytes[0] = 1
    expect(bytes[0]).toBe(1)
  })
})

describe('refusals', () => {
  test('a name that nobody made is missing', () => {
    expect(() => SharedMemory.open(newName(), LENGTH_BYTES)).toThrow(
      expect.objectContaining({ code: 'QTX_SHM_MISSING' }),
    )
  })

  test.each([LENGTH_BYTES - 1, LENGTH_BYTES + 1, 0])(
    'Q52: an object that is not %i bytes is refused',
    (sizeBytes) => {
      const memory = create()
      expect(() => SharedMemory.open(memory.name, sizeBytes)).toThrow(
        expect.objectContaining({ code: 'QTX_SHM_SIZE' }),
      )
    },
  )

  test('a name that exists cannot be created again', () => {
    const memory = create()
    expect(() => SharedMemory.create(memory.name, LENGTH_BYTES)).toThrow(
      expect.objectContaining({ code: 'QTX_SHM_ACCESS' }),
    )
  })

  test.each(['', 'x', '/', '/a/b', '/a b', '/../etc/passwd', `/${'a'.repeat(251)}`])(
    'the name %j is refused',
    (name) => {
      expect(() => SharedMemory.open(name, LENGTH_BYTES)).toThrow(
        expect.objectContaining({ code: 'QTX_CONFIG_INVALID' }),
      )
    },
  )
})

describe('what the file system says', () => {
  test('its mode is told as it is', () => {
    const memory = create()
    chmodSync(`/dev/shm${memory.name}`, 0o644)
    expect(keep(SharedMemory.open(memory.name, LENGTH_BYTES)).facts.mode).toBe(0o644)
  })

  test('it is current until its name is removed or leads to another object', () => {
    const memory = create()
    expect(memory.isCurrent()).toBe(true)
    expect(SharedMemory.unlink(memory.name)).toBe(true)
    expect(memory.isCurrent()).toBe(false)
    const replacement = create(memory.name)
    expect([memory.isCurrent(), replacement.isCurrent()]).toEqual([false, true])
    expect(statSync(`/dev/shm${memory.name}`).size).toBe(LENGTH_BYTES)
  })

  test('removing a name that is not there says so', () => {
    expect(SharedMemory.unlink(newName())).toBe(false)
  })
})

describe('Q48: the lock', () => {
  test('is held by one opening at a time, and the other is told whose it is', () => {
    const first = create()
    const second = keep(SharedMemory.open(first.name, LENGTH_BYTES))
    expect(first.lock()).toBeUndefined()
    expect(second.lock()).toMatchObject({ pid: process.pid })
  })

  test('is given back by close(), though the memory is still reachable', () => {
    const first = create()
    const second = keep(SharedMemory.open(first.name, LENGTH_BYTES))
    const bytes = new Uint8Array(first.buffer)
    expect(first.lock()).toBeUndefined()
    first.close()
    expect(second.lock()).toBeUndefined()
    expect(bytes.length).toBe(LENGTH_BYTES)
  })

  test('of one object says nothing about another of the same name', () => {
    const first = create()
    expect(first.lock()).toBeUndefined()
    SharedMemory.unlink(first.name)
    expect(create(first.name).lock()).toBeUndefined()
  })
})
