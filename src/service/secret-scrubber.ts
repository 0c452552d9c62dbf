import { SecretForms, withoutNamedSecrets } from '../common/secret-forms.ts'

/** Takes secrets out of texts, wherever in them they are and whoever put them there. */
export class SecretScrubber {
  readonly #forms: SecretForms

  /** @param secrets the values themselves; those that are not set are left out. */
  constructor(secrets: Iterable<string | undefined>) {
    this.#forms = new SecretForms(secrets)
  }

  /** The text without what it must not say. */
  scrub(text: string): string {
    return withoutNamedSecrets(this.#forms.takeOut(text))
  }
}
