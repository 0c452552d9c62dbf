import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { HttpFile } from '../service/http-server.ts'

/** Where the page is built; the same folder from the sources and from the build. */
export const BUILT_PAGE = new URL('../../dist/web/', import.meta.url)

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}
/** At the top, or in `assets`; a name begins with no dot. */
const FILE = /^\/(assets\/)?[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}$/
const NOT_BUILT = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>qtx-connector</title></head>
  <body>
    <h1>The page is not built</h1>
    <p>Run <code>npm run build</code> in the package's folder, and load this again.</p>
    <p>Without it there are <a href="/health">/health</a>, <a href="/ready">/ready</a> and <code>qtx status</code>.</p>
  </body>
</html>
`

/** The built page's files, read when they are asked for. */
export class PageFiles {
  readonly #folder: URL

  constructor(folder: URL = BUILT_PAGE) {
    this.#folder = folder
  }

  /** The file at a path; undefined where there is none. */
  async file(path: string): Promise<HttpFile | undefined> {
    const name = path === '/' ? '/index.html' : path
    const type = TYPES[extname(name)]
    if (!FILE.test(name) || type === undefined) return undefined
    try {
      const body = new Uint8Array(await readFile(new URL(`.${name}`, this.#folder)))
      // The build names assets after their content.
      const age = name.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache'
      return { status: 200, headers: { 'content-type': type, 'cache-control': age }, body }
    } catch {
      return path === '/' ? notBuilt() : undefined
    }
  }
}

function notBuilt(): HttpFile {
  const body = new TextEncoder().encode(NOT_BUILT)
  return { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}
