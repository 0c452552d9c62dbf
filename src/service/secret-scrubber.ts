/** Shorter ones would be found in the middle of ordinary words; the fields that hold them are redacted by name. */
const SHORTEST_SECRET = 4
const CENSOR = '[redacted]'

/** What exchanges call a signature or a key in addresses, headers and bodies; its value follows. */
const NAMED_SECRET =
  /((?:signature|listenKey|api_?(?:key|secret|passphrase)|passphrase|X-MBX-APIKEY|X-BAPI-(?:API-KEY|SIGN)|(?:OK-)?ACCESS-(?:KEY|SIGN|PASSPHRASE)|KC-API-(?:KEY|SIGN|PASSPHRASE))(?:\\*["'])?\s*[=:]\s*(?:\\*["'])?)([^\s"'\\&,;}]{4,})/gi

/** Takes secrets out of texts, wherever in them they are and whoever put them there. */
export class SecretScrubber {
  readonly #forms: readonly string[]

  /** @param secrets the values themselves; those that are not set are left out. */
  constructor(secrets: Iterable<string | undefined>) {
    const forms = new Set<string>()
    for (const secret of secrets) {
      if (secret === undefined || secret.length < SHORTEST_SECRET) continue
      for (const form of formsOf(secret)) forms.add(form)
    }
    // The longest first: one form may be part of another.
    this.#forms = [...forms].sort((a, b) => b.length - a.length)
  }

  /** The text without what it must not say. */
  scrub(text: string): string {
    let scrubbed = text
    for (const form of this.#forms) {
      if (scrubbed.includes(form)) scrubbed = scrubbed.replaceAll(form, CENSOR)
    }
    return scrubbed.replace(NAMED_SECRET, `$1${CENSOR}`)
  }
}

/** The secret as it stands in plain text, in JSON, in JSON within JSON, in addresses, and in base 64. */
function formsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1)
  return [
    secret,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ]
}
