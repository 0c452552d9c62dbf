import { QtxError } from '../../errors.ts'
import { looksLikeSecret, type SecretReference } from '../../config/secret-reference.ts'

const ENVIRONMENT_NAME = /^[A-Za-z_]\w{0,127}$/
/** What is to be written of a secret: where it is kept, never the secret. */
export const SECRET_PLACE_HELP =
  'write env:NAME for an environment variable, or file:PATH for a file that only you can read; never the secret itself'

/** Reads `env:NAME` or `file:PATH`; undefined for everything else, and for what looks like the secret itself. */
export function readSecretPlace(text: string): SecretReference | undefined {
  const [, kind, place = ''] = /^(env|file):(.+)$/s.exec(text.trim()) ?? []
  if (looksLikeSecret(place)) return undefined
  if (kind === 'env' && ENVIRONMENT_NAME.test(place)) return { env: place }
  // A path on one line, as everything that is printed.
  if (kind === 'file' && !/\p{Cc}/u.test(place)) return { file: place }
  return undefined
}

/** @throws QtxError `QTX_CONFIG_INVALID`, without what was given: it may be the secret. */
export function requireSecretPlace(flag: string, text: string): SecretReference {
  const place = readSecretPlace(text)
  if (place) return place
  throw new QtxError('QTX_CONFIG_INVALID', `${flag} was not given a place where a secret is kept`, {
    remedy: `${SECRET_PLACE_HELP}. If a secret was given, it is in the history of your shell now: replace it`,
  })
}

/** The reference in the form that `readSecretPlace` reads. */
export function describeSecretPlace(reference: SecretReference): string {
  return 'env' in reference ? `env:${reference.env}` : `file:${reference.file}`
}
