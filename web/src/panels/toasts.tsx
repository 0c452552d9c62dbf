import { useEffect } from 'preact/hooks'
import type { Toast } from '../model/actions.ts'
import { usePage } from '../page.ts'

const SHOWN_MS = 8_000

/** What became of what was asked. What went wrong stays until it is put away. */
export function Toasts() {
  const { actions } = usePage()
  return (
    <div class="toasts" role="status" aria-live="polite">
      {actions.toasts.value.map((toast) => (
        <ToastLine key={toast.id} toast={toast} />
      ))}
    </div>
  )
}

function ToastLine({ toast: { id, ok, text } }: { readonly toast: Toast }) {
  const { actions } = usePage()
  useEffect(() => {
    if (!ok) return undefined
    const timer = setTimeout(() => actions.forget(id), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [id])
  return (
    <p class={ok ? 'toast' : 'toast failed'}>
      <span aria-hidden="true">{ok ? '✓' : '✗'}</span> {text}
      <button type="button" aria-label="Put away" onClick={() => actions.forget(id)}>
        ×
      </button>
    </p>
  )
}
