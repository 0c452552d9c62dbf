import { lstatSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { QtxError } from '../errors.ts'
import { CONTROL_LIMITS, fromFailure, type ControlFailure } from './control-protocol.ts'
import { LineSplitter } from './line-splitter.ts'
import type {
  MethodInput,
  MethodName,
  MethodResult,
  StreamInput,
  StreamItem,
  StreamName,
} from './service-methods.ts'

export interface CallOptions {
  /** Whether an order may have been sent or canceled although no answer came. */
  readonly isOutcomeAtStake?: boolean | undefined
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

interface Waiting {
  readonly take: (answer: Answer) => void
  /** The connection is gone, or is given up. */
  readonly lose: (why: string) => void
}

interface Answer {
  readonly id?: unknown
  readonly result?: unknown
  readonly item?: unknown
  readonly error?: Partial<ControlFailure>
}

const USUAL_TIMEOUT_MS = 20_000
const CONNECT_TIMEOUT_MS = 5_000

/** A connection to a running service. */
export class ControlClient implements Disposable {
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  readonly #closed: Promise<void>
  #lastId = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    const lines = new LineSplitter(CONTROL_LIMITS.answerBytes, (line) => this.#onLine(line))
    socket.on('data', (bytes) => {
      if (!lines.push(bytes)) socket.destroy()
    })
    socket.on('error', () => socket.destroy())
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        for (const { lose } of [...this.#waiting.values()]) lose('the connection to the service broke')
        resolve()
      })
    })
  }

  /** @throws QtxError `QTX_SERVICE_NOT_RUNNING`; `QTX_CONFIG_INVALID` for a socket of another user. */
  static async connect(path: string): Promise<ControlClient> {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (!found) throw notRunning(`no service is running: there is no ${path}`)
    const userId = process.getuid?.()
    if (found.uid !== userId && userId !== 0) {
      throw new QtxError('QTX_CONFIG_INVALID', `${path} belongs to another user (${found.uid})`, {
        remedy: 'run the command as the user that the service runs as',
      })
    }
    return new ControlClient(await open(path))
  }

  /** Resolves when the service has closed the connection. */
  get closed(): Promise<void> {
    return this.#closed
  }

  /** @throws QtxError what the service tells; `QTX_TIMEOUT`; `QTX_ORDER_UNKNOWN_OUTCOME` when something may have been sent. */
  call<Name extends MethodName>(
    method: Name,
    params: MethodInput<Name>,
    options: CallOptions = {},
  ): Promise<MethodResult<Name>> {
    const { isOutcomeAtStake = false, timeoutMs = USUAL_TIMEOUT_MS, signal } = options
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        this.#waiting.delete(id)
      }
      const lose = (why: string): void => {
        settle()
        reject(isOutcomeAtStake ? unknownOutcome(method, why) : lost(method, why))
      }
      const timer = setTimeout(() => lose(`the service did not answer within ${timeoutMs} ms`), timeoutMs)
      const abort = (): void => lose('it was interrupted')
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting.set(id, {
        lose,
        take: ({ error, result }) => {
          settle()
          if (error) reject(fromFailure(error))
          else resolve(result as MethodResult<Name>)
        },
      })
      this.#send({ id, method, params })
    })
  }

  /** Follows a stream until the signal aborts. @throws QtxError what the service tells, or that the connection broke. */
  async follow<Name extends StreamName>(
    stream: Name,
    params: StreamInput<Name>,
    options: { readonly signal: AbortSignal; readonly onItem: (item: StreamItem<Name>) => void },
  ): Promise<void> {
    const id = ++this.#lastId
    const { signal, onItem } = options
    try {
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
        if (signal.aborted) resolve()
        this.#waiting.set(id, {
          lose: (why) => reject(lost(stream, why)),
          take: ({ error, item }) => {
            if (error) reject(fromFailure(error))
            else if (!signal.aborted) onItem(item as StreamItem<Name>)
          },
        })
        this.#send({ id, method: stream, params })
      })
    } finally {
      this.#waiting.delete(id)
      if (!this.#socket.destroyed) this.#send({ id, method: 'unsubscribe', params: {} })
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  #send(request: object): void {
    this.#socket.write(`${JSON.stringify(request)}\n`)
  }

  #onLine(line: string): void {
    let answer: Answer
    try {
      answer = JSON.parse(line) as Answer
    } catch {
      this.#socket.destroy()
      return
    }
    // An answer without an id is about what could not be read, and everything here was written by this class.
    if (typeof answer.id === 'number') this.#waiting.get(answer.id)?.take(answer)
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    const fail = (why: string): void => {
      socket.destroy()
      reject(notRunning(`no service answers at ${path} (${why})`))
    }
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => fail('it does not take the connection'))
    const onError = (error: NodeJS.ErrnoException): void => fail(error.code ?? error.message)
    socket.once('error', onError)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', onError)
      resolve(socket)
    })
  })
}

function notRunning(what: string): QtxError {
  return new QtxError('QTX_SERVICE_NOT_RUNNING', what)
}

function lost(method: string, why: string): QtxError {
  return new QtxError('QTX_TIMEOUT', `${method} was not answered: ${why}`, { remedy: 'see qtx status' })
}

function unknownOutcome(method: string, why: string): QtxError {
  return new QtxError('QTX_ORDER_UNKNOWN_OUTCOME', `the outcome of ${method} is unknown: ${why}`, {
    remedy: 'see qtx orders and qtx positions before anything is sent again',
  })
}
