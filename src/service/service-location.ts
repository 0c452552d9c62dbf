import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { QtxError } from '../errors.ts'

/** The kernel's limit for the path of a Unix domain socket, less the zero at its end. */
const LONGEST_PATH_BYTES = 107

/** What decides where a service is reached. */
export interface ServiceLocation {
  /** The service's configuration file; relative paths are the process's. */
  readonly configFile: string
  /** The socket itself, where it is named. */
  readonly socket?: string | undefined
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/**
 * Where the control socket of a configuration's service is: as named, as `QTX_SOCKET` says, in `XDG_RUNTIME_DIR`, or
 * next to the configuration. The configuration's whole path is in the name, so that a command never reaches the service
 * of another account by its place alone.
 * @throws QtxError `QTX_CONFIG_INVALID` for a path that no socket can have.
 */
export function controlSocketPath({
  configFile,
  socket,
  environment = process.env,
}: ServiceLocation): string {
  const named = socket ?? environment['QTX_SOCKET']
  const path = named !== undefined && named !== '' ? resolve(named) : usualPath(configFile, environment)
  const lengthBytes = Buffer.byteLength(path)
  if (lengthBytes <= LONGEST_PATH_BYTES) return path
  throw new QtxError(
    'QTX_CONFIG_INVALID',
    `the path of the control socket has ${lengthBytes} bytes, a socket's has ${LONGEST_PATH_BYTES} at most: ${path}`,
    { remedy: 'name a shorter one with --socket' },
  )
}

function usualPath(configFile: string, environment: Readonly<Record<string, string | undefined>>): string {
  const file = resolve(configFile)
  const stem = basename(file, extname(file))
    .replace(/[^\w-]/g, '_')
    .slice(0, 32)
  const runtimeFolder = environment['XDG_RUNTIME_DIR']
  if (runtimeFolder === undefined || !isFolder(runtimeFolder)) return join(dirname(file), `.${stem}.sock`)
  const hash = createHash('sha256').update(file).digest('hex').slice(0, 8)
  return join(runtimeFolder, `qtx-${stem}-${hash}.sock`)
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
