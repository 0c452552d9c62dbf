import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const APT_LIMIT_MS = 300_000
// Where there is no network it is to be known soon.
const APT_OPTIONS = [
  '-o',
  'Acquire::Retries=1',
  '-o',
  'Acquire::http::Timeout=20',
  '-o',
  'DPkg::Lock::Timeout=60',
]

/** A Chromium to test with, or why there is none. */
export type FoundChromium =
  | { readonly path: string; readonly reason?: undefined }
  | { readonly path?: undefined; readonly reason: string }

/**
 * The Chromium that `QTX_CHROMIUM` names, or one on the PATH; where there is none, Debian's is installed by whoever may
 * do that.
 */
export async function findChromium(): Promise<FoundChromium> {
  const named = process.env['QTX_CHROMIUM']
  if (named !== undefined && named !== '') {
    const path = isAbsolute(named) ? named : onPath([named])
    return path !== undefined && isExecutable(path)
      ? { path }
      : { reason: `QTX_CHROMIUM names ${named}, which cannot be run` }
  }
  const path = onPath(NAMES)
  if (path !== undefined) return { path }
  if (process.getuid?.() !== 0 || onPath(['apt-get']) === undefined)
    return { reason: 'no Chromium is on the PATH, and only root can install one with apt-get' }
  const failure = await installed()
  const installedPath = onPath(NAMES)
  if (installedPath !== undefined) return { path: installedPath }
  return {
    reason: `no Chromium is on the PATH, and apt-get could not install one: ${failure ?? 'nothing came'}`,
  }
}

/** Undefined when it worked. */
async function installed(): Promise<string | undefined> {
  const install = ['install', '-y', '--no-install-recommends', 'chromium']
  if ((await aptGet(install)) === undefined) return undefined
  return (await aptGet(['update'])) ?? (await aptGet(install))
}

/** Undefined when it worked; else the last line of what it said. */
function aptGet(args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('apt-get', [...APT_OPTIONS, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: APT_LIMIT_MS,
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.once('error', ({ message }) => resolve(message))
    child.once('close', (code) =>
      resolve(code === 0 ? undefined : (said.trim().split('\n').at(-1) ?? 'it failed')),
    )
  })
}

function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
