/** The theme's colours as a canvas needs them, of the theme in use. */
export class Colours {
  readonly #probe: HTMLElement
  readonly #known = new Map<string, string>()
  #theme = ''

  /** @param host an element that the theme's variables hold for. */
  constructor(host: HTMLElement) {
    this.#probe = host
  }

  /** The value of `--name`, with what it refers to worked out. */
  of(name: string): string {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    this.#probe.style.color = `var(--${name})`
    const colour = getComputedStyle(this.#probe).color
    this.#probe.style.color = ''
    this.#known.set(name, colour)
    return colour
  }

  /** Forgets what another theme's colours were. */
  use(theme: string): void {
    if (theme !== this.#theme) this.#known.clear()
    this.#theme = theme
  }
}
