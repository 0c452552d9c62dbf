import { readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, resolve } from 'node:path'

/** Where a secret is kept: never in the configuration itself. */
export type SecretReference = { readonly env: string } | { readonly file: string }

/** Options whose values are secrets. */
export const SECRET_OPTIONS = ['exchangeApiKey', 'exchangeApiSecret', 'exchangeApiPassphrase'] as const
export type SecretOption = (typeof SECRET_OPTIONS)[number]

/** A secret that was read, or why it could not be. The value is in neither text. */
export type ReadSecret = { readonly value: string; readonly from: string } | { readonly problem: string }

const HOW =
  'write { env: NAME } for an environment variable, or { file: PATH } for a file that only you can read'
const TAKEN_FOR_SECRET = `What is named here is not there, and looks like the secret itself; ${HOW}.`
const OTHERS_MAY_READ = 0o077
const LARGEST_SECRET_BYTES = 10_000

/** Keys and secrets of exchanges: long runs with digits in them, as nobody names a variable or a file. */
const SECRET_LIKE = [/^(?=.*\d)[A-Za-z0-9+=]{20,}$/, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i]

/** Whether what stands for the place of a secret seems to be the secret, so that it must not be repeated. */
export function looksLikeSecret(place: string): boolean {
  return SECRET_LIKE.some((pattern) => pattern.test(place))
}

/** Reads what a configuration says of a secret. @param folder what the paths of files are relative to. */
export function readSecret(
  reference: unknown,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): ReadSecret {
  if (typeof reference === 'string') {
    return { problem: `A secret in this file ends up in backups and repositories; ${HOW}.` }
  }
  const fields: Readonly<Record<string, unknown>> =
    typeof reference === 'object' && reference !== null ? { ...reference } : {}
  const names = Object.keys(fields)
  const [name] = names
  const value = name === undefined ? undefined : fields[name]
  if (names.length !== 1 || typeof value !== 'string' || value === '') return { problem: `Please ${HOW}.` }
  if (name === 'env') return fromEnvironment(value, environment)
  if (name === 'file') return fromFile(isAbsolute(value) ? value : resolve(folder, value))
  return { problem: `Please ${HOW}.` }
}

function fromEnvironment(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): ReadSecret {
  const value = environment[name]
  if (value !== undefined && value !== '') return { value, from: `environment variable ${name}` }
  if (looksLikeSecret(name)) return { problem: TAKEN_FOR_SECRET }
  return { problem: `The environment variable ${name} is not set; for example: export ${name}=…` }
}

function fromFile(path: string): ReadSecret {
  try {
    const { mode, size } = statSync(path)
    if (process.platform !== 'win32' && (mode & OTHERS_MAY_READ) !== 0) {
      const octal = (mode & 0o777).toString(8)
      return { problem: `${path} can be read by others (mode ${octal}); for example: chmod 600 ${path}` }
    }
    if (size > LARGEST_SECRET_BYTES) return { problem: `${path} has ${size} bytes, which is no secret.` }
    const value = readFileSync(path, 'utf8').trim()
    return value === '' ? { problem: `${path} is empty.` } : { value, from: path }
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code
    if (looksLikeSecret(basename(path))) return { problem: TAKEN_FOR_SECRET }
    if (code === 'ENOENT')
      return {
        problem: `There is no file ${path}; for example: (umask 077; cat > ${path}), then the secret and Ctrl-D.`,
      }
    return { problem: `${path} could not be read (${typeof code === 'string' ? code : 'unknown reason'}).` }
  }
}
