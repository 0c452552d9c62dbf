const MASK = '[redacted]'

/** Takes a key and its secret out of text that others wrote: an answer may repeat what it was sent. */
export class SecretMask {
  readonly #secrets: readonly string[]

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.filter((secret) => secret !== '')
  }

  apply(text: string): string {
    let masked = text
    for (const secret of this.#secrets) {
      if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK)
    }
    return masked
  }
}
