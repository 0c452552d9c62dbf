import { signal, type ReadonlySignal } from '@preact/signals'

export type ThemeName = 'dark' | 'light'

const KEY = 'qtx-theme'

/** Dark or light: as the system has it, until somebody chooses. */
export class Theme {
  readonly #name = signal<ThemeName>('dark')
  readonly #system = matchMedia('(prefers-color-scheme: light)')

  constructor() {
    this.#apply()
    this.#system.addEventListener('change', () => this.#apply())
  }

  get name(): ReadonlySignal<ThemeName> {
    return this.#name
  }

  toggle(): void {
    const name = this.#name.value === 'dark' ? 'light' : 'dark'
    try {
      localStorage.setItem(KEY, name)
    } catch {
      // Where nothing may be stored the choice lasts as long as the page.
      this.#show(name)
      return
    }
    this.#apply()
  }

  #apply(): void {
    const chosen = stored()
    this.#show(chosen ?? (this.#system.matches ? 'light' : 'dark'))
  }

  #show(name: ThemeName): void {
    document.documentElement.dataset['theme'] = name
    this.#name.value = name
  }
}

function stored(): ThemeName | undefined {
  try {
    const name = localStorage.getItem(KEY)
    return name === 'dark' || name === 'light' ? name : undefined
  } catch {
    return undefined
  }
}
