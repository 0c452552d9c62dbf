import { describe, expect, test } from 'vitest'
import { TypedEvents } from '../../../src/common/typed-events.ts'
import { settle } from '../../support/scripted-exchange.ts'

interface Events {
  number: number
  word: string
}

function rig() {
  const errors: string[] = []
  const events = new TypedEvents<Events>((error, event) => errors.push(`${event}: ${String(error)}`))
  return { events, errors }
}

describe('listeners', () => {
  test('run at once, in the order of registration, each for its own event', () => {
    const { events } = rig()
    const heard: string[] = []
    events.on('number', (value) => heard.push(`a${value}`))
    events.on('number', (value) => heard.push(`b${value}`))
    events.on('word', (value) => heard.push(value))
    events.emit('number', 1)
    events.emit('word', 'w')
    expect(heard).toEqual(['a1', 'b1', 'w'])
  })

  test('one that throws is reported and does not stop the others', () => {
    const { events, errors } = rig()
    const heard: number[] = []
    events.on('number', () => {
      throw new Error('no')
    })
    events.on('number', (value) => heard.push(value))
    events.emit('number', 1)
    expect(heard).toEqual([1])
    expect(errors).toEqual(['number: Error: no'])
  })

  test('one that is removed hears nothing more; removing it twice is harmless', () => {
    const { events } = rig()
    const heard: number[] = []
    const off = events.on('number', (value) => heard.push(value))
    expect(events.has('number')).toBe(true)
    events.emit('number', 1)
    off()
    off()
    events.emit('number', 2)
    expect(heard).toEqual([1])
    expect(events.has('number')).toBe(false)
  })

  test('one that removes itself while it is called does not disturb the others', () => {
    const { events } = rig()
    const heard: string[] = []
    const off = events.on('number', () => {
      heard.push('once')
      off()
    })
    events.on('number', () => heard.push('always'))
    events.emit('number', 1)
    events.emit('number', 2)
    expect(heard).toEqual(['once', 'always', 'always'])
  })
})

describe('streams', () => {
  test('have everything from the call on, read or not, until they are closed', async () => {
    const { events } = rig()
    const stream = events.stream('number')
    events.emit('number', 1)
    events.emit('number', 2)
    events.closeStreams()
    events.emit('number', 3)
    const read: number[] = []
    for await (const value of stream) read.push(value)
    expect(read).toEqual([1, 2])
    expect(events.has('number')).toBe(false)
  })

  test('end with the signal', async () => {
    const { events } = rig()
    const abort = new AbortController()
    const read: number[] = []
    const reading = (async () => {
      for await (const value of events.stream('number', { signal: abort.signal })) read.push(value)
    })()
    await settle()
    events.emit('number', 1)
    await settle()
    abort.abort()
    await reading
    expect(read).toEqual([1])
    expect(events.has('number')).toBe(false)
  })

  test('of a signal that aborted before are empty', async () => {
    const { events } = rig()
    for await (const value of events.stream('number', { signal: AbortSignal.abort() }))
      throw new Error(`${value} was received`)
    expect(events.has('number')).toBe(false)
  })

  test('that are left by break listen no more', async () => {
    const { events } = rig()
    const stream = events.stream('number')
    events.emit('number', 1)
    for await (const value of stream) {
      expect(value).toBe(1)
      break
    }
    expect(events.has('number')).toBe(false)
  })

  test('drop the oldest beyond their capacity', async () => {
    const { events } = rig()
    const stream = events.stream('number', { capacity: 2 })
    for (const value of [1, 2, 3]) events.emit('number', value)
    events.closeStreams()
    const read: number[] = []
    for await (const value of stream) read.push(value)
    expect(read).toEqual([2, 3])
  })

  test('are independent of each other', async () => {
    const { events } = rig()
    const streams = [events.stream('number'), events.stream('number')]
    events.emit('number', 1)
    for (const stream of streams) expect((await stream.next()).value).toBe(1)
    events.closeStreams()
  })
})
