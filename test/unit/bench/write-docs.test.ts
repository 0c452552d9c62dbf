import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { SectionResult } from '../../../bench/results.ts'
import { between, writeDocs } from '../../../bench/write-docs.ts'
import { writeSection } from '../../../bench/write-results.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qtx-docs-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function book(isBrief: boolean): SectionResult {
  return {
    section: 'book',
    machine: {
      cpu: 'A processor',
      cores: 2,
      kernel: '6.1',
      node: '20.0.0',
      v8: '11',
      compiler: 'gcc 12',
      pinning: 'Nothing is pinned.',
    },
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:05:05.000Z',
    loadAtBegin: [0.5, 0, 0],
    loadAtEnd: [1.5, 0, 0],
    runs: 1,
    isBrief,
    measured: [
      {
        title: 'Applying depth updates',
        unit: 'CPU ns a level',
        baseline: 'ccxt Pro order book',
        rows: [
          { name: 'ccxt Pro order book', samples: [1_000] },
          { name: 'qtx OrderBook', samples: [10] },
        ],
      },
    ],
  }
}

it('brings the figures of a run between the markers, with its charts, as often as it is asked', async () => {
  const page = join(folder, 'page.md')
  writeFileSync(
    page,
    ['machine', 'goals', 'book', 'ring']
      .map((name) => `# ${name}\n\n<!-- bench ${name} -->\nold\n<!-- /bench ${name} -->\n`)
      .join('\n'),
  )
  const readme = join(folder, 'README.md')
  writeFileSync(readme, '<!-- bench summary -->\n<!-- /bench summary -->\n')
  const results = join(folder, 'results')
  await writeSection(results, book(false))
  const images = join(folder, 'images')
  for (let time = 0; time < 2; time++) writeDocs([page, readme], images, results, [book(false)])
  const written = readFileSync(page, 'utf8')
  expect(written).toContain(
    'A processor, 2 cores, Linux 6.1, Node 20.0.0, gcc 12; 2026-01-02 03:04 UTC; load 0.5 to 1.5.',
  )
  expect(written.match(/\| qtx OrderBook +\|/g)).toHaveLength(1)
  expect(written).toContain('![Applying depth updates](images/book-applying-depth-updates.svg)')
  expect(written).toMatch(/faster than ccxt Pro’s order book +\| at least 50 × +\| 100 × +\| yes/)
  expect(readFileSync(readme, 'utf8')).toMatch(
    /\| a level of the recorded minute into the book +\| 10 ns +\| +\| 1,000 ns \(ccxt Pro\) \|/,
  )
  // What was not measured stays.
  expect(written).toContain('<!-- bench ring -->\nold\n<!-- /bench ring -->')
  expect(readdirSync(images)).toEqual(['book-applying-depth-updates.svg'])
})

it('refuses what a brief run wrote', () => {
  expect(() => writeDocs([join(folder, 'page.md')], folder, folder, [book(true)])).toThrow(/brief run/)
})

it('refuses a page that has the beginning of a place and no end', () => {
  expect(() => between('<!-- bench book -->', 'book', 'text')).toThrow(/not <!-- \/bench book -->/)
  expect(between('nothing here', 'book', 'text')).toBe('nothing here')
})
