import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LiveScreen } from '../../../../src/cli/terminal/live-screen.ts'
import { until } from '../../../support/until.ts'

const opened: LiveScreen[] = []
afterEach(() => {
  for (const screen of opened.splice(0)) screen[Symbol.dispose]()
})

function openScreen() {
  const keys = new PassThrough()
  const setRawMode = vi.fn()
  const input = Object.assign(keys, { isTTY: true, setRawMode }) as unknown as NodeJS.ReadStream
  const shown = new PassThrough()
  const output = Object.assign(shown, { columns: 40, rows: 3 }) as unknown as NodeJS.WriteStream
  const onQuit = vi.fn()
  const screen = new LiveScreen(input, output, onQuit)
  opened.push(screen)
  screen.open()
  return { screen, keys, setRawMode, onQuit, written: () => String(shown.read() ?? '') }
}

describe('the live screen', () => {
  it('enters the alternate screen and leaves it, once, with the cursor back', () => {
    const listeners = process.listenerCount('exit')
    const { screen, setRawMode, written } = openScreen()
    expect(written()).toContain('\u001b[?1049h')
    screen[Symbol.dispose]()
    screen[Symbol.dispose]()
    expect(written()).toBe('\u001b[?7h\u001b[?25h\u001b[?1049l')
    expect(setRawMode.mock.calls).toEqual([[true], [false]])
    expect(process.listenerCount('exit')).toBe(listeners)
  })

  it('restores the terminal when the process exits in the middle', () => {
    const before = process.listeners('exit')
    const { written } = openScreen()
    const [restore] = process.listeners('exit').filter((listener) => !before.includes(listener))
    restore!(0)
    expect(written()).toContain('\u001b[?1049l')
  })

  it('draws no more lines than there are rows, and nothing after it was closed', () => {
    const { screen, written } = openScreen()
    written()
    screen.draw(['one', 'two', 'three', 'four'])
    const frame = written()
    expect(frame).toContain('three')
    expect(frame).not.toContain('four')
    screen[Symbol.dispose]()
    written()
    screen.draw(['late'])
    expect(written()).toBe('')
  })

  it.each([
    ['q', 'quit'],
    ['\u0003', 'SIGINT'],
  ])('tells of the key %j', async (key, reason) => {
    const { keys, onQuit } = openScreen()
    keys.write(key)
    await until(() => onQuit.mock.calls.length > 0, 'the key to be read')
    expect(onQuit).toHaveBeenCalledWith(reason)
  })
})
