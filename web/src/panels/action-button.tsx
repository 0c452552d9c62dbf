import type { ComponentChildren } from 'preact'
import type { ActionRequest } from '../model/actions.ts'
import { usePage } from '../page.ts'

export interface ActionButtonProps {
  readonly request: ActionRequest
  /** For those who do not see where the button stands. */
  readonly label: string
  readonly children: ComponentChildren
}

/** Asks for an action; cannot be pressed while it waits for the answer, nor without a connection. */
export function ActionButton({ request, label, children }: ActionButtonProps) {
  const { actions, store } = usePage()
  const isPending = actions.isPending(request)
  return (
    <button
      type="button"
      class="action"
      aria-label={label}
      disabled={isPending || store.connection.value.phase !== 'open'}
      onClick={() => actions.ask(request)}
    >
      {isPending ? '…' : children}
    </button>
  )
}
