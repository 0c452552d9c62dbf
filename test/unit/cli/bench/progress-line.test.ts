import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ProgressLine } from '../../../../src/cli/bench/progress-line.ts'
import { span } from '../../../../src/cli/terminal/line.ts'

function outputOf(columns: number): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = Object.assign(new PassThrough(), { columns }) as unknown as NodeJS.WriteStream
  return { stream, text: () => String((stream as unknown as PassThrough).read() ?? '') }
}

describe('the progress of the bench', () => {
  it('replaces what is being done, within the width of the terminal, by what stays', () => {
    const { stream, text } = outputOf(12)
    const progress = new ProgressLine(stream, true, false)
    progress.show('receiving: latency')
    expect(text()).toBe('\r\u001b[2K… receivin…')
    progress.keep([span('✓ receiving')])
    expect(text()).toBe('\r\u001b[2K✓ receiving\n')
    progress.keep([span('✓ the next')])
    expect(text()).toBe('✓ the next\n')
  })

  it('writes only what stays where the cursor cannot be moved', () => {
    const { stream, text } = outputOf(80)
    const progress = new ProgressLine(stream, false, false)
    progress.show('decoding')
    progress.keep([span('✓ decoding')])
    progress.clear()
    expect(text()).toBe('✓ decoding\n')
  })

  it('writes nothing at all when it is silent', () => {
    const { stream, text } = outputOf(80)
    const progress = new ProgressLine(stream, true, true)
    progress.show('decoding')
    progress.keep([span('✓ decoding')])
    expect(text()).toBe('')
  })
})
