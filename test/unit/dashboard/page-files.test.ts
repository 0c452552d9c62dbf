import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { PageFiles } from '../../../src/dashboard/page-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'qtx-page-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const built = join(folder, 'web')
mkdirSync(join(built, 'assets'), { recursive: true })
writeFileSync(join(built, 'index.html'), '<p>page</p>')
writeFileSync(join(built, 'assets', 'index-1a2b.js'), 'page()')
writeFileSync(join(built, '.hidden.js'), 'hidden')
writeFileSync(join(folder, 'outside.json'), 'outside')
const files = new PageFiles(pathToFileURL(`${built}/`))

const textOf = (body: Uint8Array | undefined): string => Buffer.from(body ?? []).toString()

describe('the files of the page', () => {
  test('the page is at /, asked for anew each time; assets are kept, their names change with them', async () => {
    const page = await files.file('/')
    expect([page?.status, textOf(page?.body)]).toEqual([200, '<p>page</p>'])
    expect(page?.headers).toEqual({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
    const asset = await files.file('/assets/index-1a2b.js')
    expect(textOf(asset?.body)).toBe('page()')
    expect(asset?.headers['cache-control']).toContain('immutable')
  })

  test.each([
    '/../outside.json',
    '/assets/../../outside.json',
    '/%2e%2e/outside.json',
    '/..%2foutside.json',
    '/.hidden.js',
    '//outside.json',
    '/assets/',
    '/assets/none.js',
    '/assets/a\0.js',
    'outside.json',
    `/${'a'.repeat(5_000)}.js`,
  ])('%j is nothing', async (path) => expect(await files.file(path)).toBeUndefined())

  test('where it is not built, the page says how to build it', async () => {
    const page = await new PageFiles(pathToFileURL(`${folder}/nothing/`)).file('/')
    expect(page?.status).toBe(503)
    expect(textOf(page?.body)).toContain('npm run build')
    expect(textOf(page?.body)).not.toContain('<script')
  })
})
