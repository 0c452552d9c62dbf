/** What stands in the place of a secret. */
export const REDACTED = '[redacted]'

/** Shorter ones would be found in the middle of ordinary words; the fields that hold them are redacted by name. */
const SHORTEST_SECRET = 4
/** Shorter parts of a text in base 64 could be anything. */
const SHORTEST_BASE64 = 8

/** What exchanges call a signature or a key in addresses, headers and bodies; its value follows. */
const NAMED_SECRET =
  /((?:signature|listenKey|api_?(?:key|secret|passphrase)|passphrase|X-MBX-APIKEY|X-BAPI-(?:API-KEY|SIGN)|(?:OK-)?ACCESS-(?:KEY|SIGN|PASSPHRASE)|KC-API-(?:KEY|SIGN|PASSPHRASE))(?:\\*["'])?\s*[=:]\s*(?:\\*["'])?)([^\s"'\\&,;}]{4,})/gi

/** Secrets in every form that they may have in a text that somebody else wrote. */
export class SecretForms {
  readonly #forms: readonly string[]
  /** Of those that JSON writes in another way, as often as one text was put into another. */
  readonly #inJson: readonly RegExp[]
  readonly #shortest: number

  /** @param secrets the values themselves; those that are not set are left out. */
  constructor(secrets: Iterable<string | undefined>) {
    const known = [...secrets]
      .filter((secret) => secret !== undefined)
      .filter((secret) => secret.length >= SHORTEST_SECRET)
    // The longest first: one form may be part of another.
    this.#forms = [...new Set(known.flatMap(formsOf))].sort((a, b) => b.length - a.length)
    this.#inJson = known.filter((secret) => /["\\]/.test(secret)).map(nestedInJson)
    this.#shortest = this.#forms.at(-1)?.length ?? Infinity
  }

  /** Whether one of these texts has one of them in it. */
  isIn(...texts: readonly (string | undefined)[]): boolean {
    return texts.some(
      (text) =>
        text !== undefined &&
        text.length >= this.#shortest &&
        (this.#forms.some((form) => text.includes(form)) ||
          this.#inJson.some((form) => text.search(form) >= 0)),
    )
  }

  /** The text without them. */
  takeOut(text: string): string {
    let without = text
    for (const form of this.#forms) if (without.includes(form)) without = without.replaceAll(form, REDACTED)
    for (const form of this.#inJson) without = without.replace(form, REDACTED)
    return without
  }
}

/** The text without the values of what is named like a signature or a key, whoever's they are. */
export function withoutNamedSecrets(text: string): string {
  return text.replace(NAMED_SECRET, `$1${REDACTED}`)
}

/** In plain text, in addresses and forms, in hexadecimal, and in base 64. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const inAddress = encodeURIComponent(secret)
  const inForm = new URLSearchParams({ '': secret }).toString().slice(1)
  const hex = bytes.toString('hex')
  const base64 = bytes.toString('base64')
  return [
    secret,
    inAddress,
    inAddress.replace(/%\w\w/g, (escape) => escape.toLowerCase()),
    inForm,
    hex,
    hex.toUpperCase(),
    base64,
    encodeURIComponent(base64),
    ...[0, 1, 2].flatMap((before) => {
      const part = base64After(before, bytes)
      return part.length < SHORTEST_BASE64 ? [] : [part, part.replaceAll('+', '-').replaceAll('/', '_')]
    }),
  ]
}

/** Each quotation mark and backslash with backslashes before it, however many; so many only that no text takes long. */
function nestedInJson(secret: string): RegExp {
  const pattern = secret.replace(/\\+"?|"|[^\w\s]/g, (part) => {
    if (part.endsWith('"')) return '\\\\{0,64}"'
    return part.startsWith('\\') ? '\\\\{1,64}' : `\\${part}`
  })
  return new RegExp(pattern, 'g')
}

/** What is the same in base 64 whatever stands around: the bytes begin so many after a whole group of three. */
function base64After(before: number, bytes: Buffer): string {
  const padded = Buffer.concat([Buffer.alloc(before), bytes])
  return padded.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6))
}
