// Runs every example as a user would, one after the other; the first that fails ends it. Strategies are run by the
// command line in the simulated world, programs by themselves.
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const folder = new URL('../examples/', import.meta.url)
for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts'))) {
  const file = fileURLToPath(new URL(name, folder))
  const isStrategy = /^export default class \w+ extends Strategy\b/m.test(readFileSync(file, 'utf8'))
  const words = isStrategy ? [main, 'run', file, '--world', 'simulated', '--duration', '5s'] : [file]
  console.log(`-- examples/${name}`)
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', ...words], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 60_000,
  })
  if (status !== 0) {
    console.error(`examples/${name} failed`)
    process.exit(1)
  }
}
