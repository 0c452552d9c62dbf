import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { canAsk, confirm } from '../../../../src/cli/service/confirm.ts'

const never = new AbortController().signal

async function answered(text: string): Promise<{ readonly isYes: boolean; readonly asked: string }> {
  const input = new PassThrough()
  const output = new PassThrough()
  input.end(text)
  const isYes = await confirm('Send it?', { input, output }, never)
  return { isYes, asked: String(output.read()) }
}

test.each(['y\n', 'Y\n', 'yes\n', '  YES \n'])('%j is a yes', async (text) => {
  expect(await answered(text)).toEqual({ isYes: true, asked: 'Send it? [y/N] ' })
})

test.each(['\n', 'n\n', 'no\n', 'yess\n', 'sy\n', ''])('%j is none', async (text) => {
  expect((await answered(text)).isYes).toBe(false)
})

test('an interruption is no answer: nothing was sent', async () => {
  const abort = new AbortController()
  const asked = confirm('Send it?', { input: new PassThrough(), output: new PassThrough() }, abort.signal)
  abort.abort()
  await expect(asked).rejects.toThrow('nothing was sent')
})

test('only a terminal can be asked, on both ends', () => {
  const end = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY })
  expect(canAsk({ input: end(true), output: end(true) })).toBe(true)
  expect(canAsk({ input: end(false), output: end(true) })).toBe(false)
  expect(canAsk({ input: end(true), output: new PassThrough() })).toBe(false)
})
