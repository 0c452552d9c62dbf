import { existsSync, readFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { describe, expect, test } from 'vitest'
import { referencePages } from '../../scripts/reference-pages.ts'

describe('the reference', () => {
  for (const { path, text } of referencePages()) {
    test(`${path} says what the code says (npm run docs writes it)`, async () => {
      const url = new URL(`../../${path}`, import.meta.url)
      expect(existsSync(url), `${path} is missing`).toBe(true)
      const wanted = await format(text, { ...(await resolveConfig(url.pathname)), parser: 'markdown' })
      expect(readFileSync(url, 'utf8')).toBe(wanted)
    })
  }
})
