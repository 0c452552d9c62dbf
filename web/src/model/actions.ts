import { signal, type ReadonlySignal } from '@preact/signals'
import type { ClientMessage, PageReply } from '../../../src/dashboard/page-frames.ts'

type ActionMessage = Extract<ClientMessage, { kind: 'action' }>

/** What a button asks for. */
export interface ActionRequest extends Pick<ActionMessage, 'action' | 'pair' | 'clientOrderId'> {
  /** What will happen, as a question. */
  readonly question: string
  /** What the confirming button says. */
  readonly verb: string
}

export interface Toast {
  readonly id: number
  readonly ok: boolean
  readonly text: string
}

/** What is asked of the service: each only after it was confirmed, once, and not again before the answer. */
export class Actions {
  readonly #asked = signal<ActionRequest | null>(null)
  readonly #pending = signal<ReadonlyMap<string, number>>(new Map())
  readonly #toasts = signal<readonly Toast[]>([])
  readonly #send: (message: ActionMessage) => boolean
  #lastId = 0

  /** @param send tells whether the message was handed over. */
  constructor(send: (message: ActionMessage) => boolean) {
    this.#send = send
  }

  /** What waits for confirmation. */
  get asked(): ReadonlySignal<ActionRequest | null> {
    return this.#asked
  }

  get toasts(): ReadonlySignal<readonly Toast[]> {
    return this.#toasts
  }

  isPending(request: Pick<ActionRequest, 'action' | 'pair' | 'clientOrderId'>): boolean {
    return this.#pending.value.has(keyOf(request))
  }

  ask(request: ActionRequest): void {
    if (!this.isPending(request)) this.#asked.value = request
  }

  dismiss(): void {
    this.#asked.value = null
  }

  confirm(): void {
    const request = this.#asked.value
    this.#asked.value = null
    if (!request || this.isPending(request)) return
    const id = ++this.#lastId
    const { action, pair, clientOrderId } = request
    const wasSent = this.#send({
      kind: 'action',
      id,
      action,
      ...(pair === undefined ? {} : { pair }),
      ...(clientOrderId === undefined ? {} : { clientOrderId }),
    })
    if (wasSent) this.#pending.value = new Map(this.#pending.value).set(keyOf(request), id)
    else this.#tell(false, 'Not sent: the page is not connected')
  }

  onReply({ id, ok, text }: PageReply): void {
    const isOurs = [...this.#pending.value.values()].includes(id)
    if (!isOurs) return
    this.#pending.value = new Map([...this.#pending.value].filter(([, each]) => each !== id))
    this.#tell(ok, text)
  }

  /** Whatever was not answered yet: nobody knows whether it was done. */
  onDisconnected(): void {
    this.#asked.value = null
    const count = this.#pending.value.size
    if (count === 0) return
    this.#pending.value = new Map()
    this.#tell(
      false,
      'The connection was lost before the answer: it may have been done or not. See the orders and positions.',
    )
  }

  forget(id: number): void {
    this.#toasts.value = this.#toasts.value.filter((toast) => toast.id !== id)
  }

  #tell(ok: boolean, text: string): void {
    this.#toasts.value = [...this.#toasts.value.slice(-3), { id: ++this.#lastId, ok, text }]
  }
}

function keyOf({
  action,
  pair,
  clientOrderId,
}: Pick<ActionRequest, 'action' | 'pair' | 'clientOrderId'>): string {
  return JSON.stringify([action, pair ?? null, clientOrderId ?? null])
}
