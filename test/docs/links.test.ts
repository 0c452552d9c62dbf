import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const SKIPPED = new Set(['node_modules', 'dist', '.git'])

function markdownFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : markdownFiles(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

function withoutCode(text: string): string {
  return text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '')
}

/** Targets of links and pictures that are not addresses of the web. */
function relativeLinks(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/i.test(target))
}

/** The anchors of a page's headings, as the usual hosts make them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** What is wrong with a link; undefined when it leads somewhere. */
function faultOf(file: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? join(ROOT, file) : resolve(ROOT, dirname(file), path)
  if (!existsSync(target)) return `${link}: there is no ${target.slice(ROOT.length + 1)}`
  if (anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor)) return undefined
  return `${link}: there is no heading ${anchor}`
}

describe('links', () => {
  const files = markdownFiles('.')

  test('are looked for in the README and in docs', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', join('docs', 'index.md')]))
  })

  test.each(files)('every relative link of %s leads somewhere', (file) => {
    const links = relativeLinks(readFileSync(join(ROOT, file), 'utf8'))
    expect(links.map((link) => faultOf(file, link)).filter((fault) => fault !== undefined)).toEqual([])
  })

  test('every page of docs can be reached from its index', () => {
    const reachable = new Set<string>()
    const visit = (file: string): void => {
      if (reachable.has(file)) return
      reachable.add(file)
      for (const link of relativeLinks(readFileSync(join(ROOT, file), 'utf8'))) {
        const target = join(dirname(file), link.split('#')[0] ?? '')
        if (target.endsWith('.md') && existsSync(join(ROOT, target))) visit(target)
      }
    }
    visit(join('docs', 'index.md'))
    expect(markdownFiles('docs').filter((file) => !reachable.has(file))).toEqual([])
  })
})
