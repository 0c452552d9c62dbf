import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Actions } from './model/actions.ts'
import type { PageStore } from './model/page-store.ts'
import type { Theme } from './theme.ts'

/** What every panel may reach. */
export interface Page {
  readonly store: PageStore
  readonly actions: Actions
  readonly theme: Theme
  /** Shows another pair's book, trades and prices. */
  readonly select: (pair: string) => void
  /** Connects at once rather than when it is time. */
  readonly reconnect: () => void
}

export const PageContext = createContext<Page | null>(null)

export function usePage(): Page {
  const page = useContext(PageContext)
  if (!page) throw new Error('a panel stands outside the page')
  return page
}
