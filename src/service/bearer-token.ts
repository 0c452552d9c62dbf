import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether a request's `Authorization` header has the token. Takes as long whatever it has. */
export function hasBearerToken(header: string | undefined, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? ''
  return isSameSecret(given, token)
}

/** Whether two texts are the same. Takes as long wherever they differ. */
export function isSameSecret(given: string, wanted: string): boolean {
  // Digests are of one length, whatever was given.
  return timingSafeEqual(digest(given), digest(wanted))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
