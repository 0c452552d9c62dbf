import { readFileSync } from 'node:fs'

/** The package's version; the same file from the sources and from the build. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
