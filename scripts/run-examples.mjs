// Runs every example as a user would, one after the other; the first that fails ends it.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('../examples/', import.meta.url)
for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts'))) {
  console.log(`-- examples/${name}`)
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(new URL(name, folder))], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 60_000,
  })
  if (status !== 0) {
    console.error(`examples/${name} failed`)
    process.exit(1)
  }
}
