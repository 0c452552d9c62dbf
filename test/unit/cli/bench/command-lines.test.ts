import { expect, test } from 'vitest'
import { LineProcess } from '../../../../src/cli/bench/line-process.ts'

test('an answer that is longer than a pipe holds arrives whole', async () => {
  const module = new URL('../../../../src/cli/bench/processes/command-lines.ts', import.meta.url).href
  const code = `import { answer } from '${module}'; answer({ text: 'x'.repeat(3e6) })`
  const child = new LineProcess(
    'a talker',
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', code],
    { answerMs: 60_000, endMs: 10_000 },
  )
  expect((await child.read<{ text: string }>()).text).toHaveLength(3e6)
  await child.end()
})
