import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { referencePages } from './reference-pages.ts'

for (const { path, text } of referencePages()) {
  const url = new URL(`../${path}`, import.meta.url)
  mkdirSync(dirname(url.pathname), { recursive: true })
  writeFileSync(url, await format(text, { ...(await resolveConfig(url.pathname)), parser: 'markdown' }))
}
