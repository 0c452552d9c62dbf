import { useEffect, useRef } from 'preact/hooks'
import { usePage } from '../page.ts'

/** Asks before anything is done; Escape and the first button do nothing. */
export function ConfirmDialog() {
  const { actions } = usePage()
  const dialog = useRef<HTMLDialogElement>(null)
  const request = actions.asked.value
  useEffect(() => {
    if (request) dialog.current?.showModal()
    else dialog.current?.close()
  }, [request])
  return (
    <dialog ref={dialog} aria-labelledby="confirm-question" onClose={() => actions.dismiss()}>
      <p id="confirm-question">{request?.question}</p>
      <div class="dialog-buttons">
        <button type="button" onClick={() => actions.dismiss()}>
          Leave it
        </button>
        <button type="button" class="confirm" onClick={() => actions.confirm()}>
          {request?.verb}
        </button>
      </div>
    </dialog>
  )
}
