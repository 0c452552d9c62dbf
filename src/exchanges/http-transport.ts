import { messageOf } from '../errors.ts'

/** Why an HTTP exchange did not end with an answer that can be relied on. */
export type TransportFailure =
  /** No connection: nothing was sent. */
  | 'unreachable'
  /** The connection went, or the answer was unusable, after something may have been sent. */
  | 'lost'
  | 'timeout'
  /** The caller or the connector's end called it off. */
  | 'aborted'
  /** Status 5xx. */
  | 'server'
  /** Status 418 or 429: the request was not executed. */
  | 'rate-limited'

/** Says how a request failed, in words without address, query or body: those carry signatures. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly failure: TransportFailure
  readonly httpStatus: number | undefined
  /** How long the exchange asked to be left alone, milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    failure: TransportFailure,
    message: string,
    more: { readonly httpStatus?: number; readonly retryAfterMs?: number } = {},
  ) {
    super(message)
    this.failure = failure
    this.httpStatus = more.httpStatus
    this.retryAfterMs = more.retryAfterMs
  }
}

export interface TransportRequest {
  readonly method: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

export interface TransportResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  text(): Promise<string>
}

export interface HttpTransportOptions {
  /** Takes the place of scheme and host of every address; a path in it is put in front. */
  readonly endpoint?: string
  readonly timeoutMs: number
}

/** Larger than any exchange's list of instruments; beyond it an answer is not read. */
const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
const WORDS_LENGTH = 200
const NOTHING_WAS_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** HTTP with one deadline from the first byte to the last, and failures that say whether anything was sent. */
export class HttpTransport {
  readonly #options: HttpTransportOptions
  readonly #closed = new AbortController()
  readonly #sendings = new Set<Sending>()

  constructor(options: HttpTransportOptions) {
    this.#options = options
  }

  /** Whether a request that mentions `text` leaves from now on; `end` it. */
  watchFor(text: string): Sending {
    const sending = new Sending(text, () => this.#sendings.delete(sending))
    this.#sendings.add(sending)
    return sending
  }

  /** @throws TransportError. */
  async fetch(url: string, request: TransportRequest, signal?: AbortSignal): Promise<TransportResponse> {
    const deadline = AbortSignal.timeout(this.#options.timeoutMs)
    const signals = [deadline, this.#closed.signal, ...(signal ? [signal] : [])]
    for (const sending of this.#sendings) sending.notice(url, request.body)
    try {
      const response = await fetch(this.#redirect(url), {
        ...request,
        redirect: 'error',
        signal: AbortSignal.any(signals),
      })
      const text = await readText(response)
      refuseFailureStatus(response, text)
      return {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
        text: () => Promise.resolve(text),
      }
    } catch (error) {
      throw describeFailure(error, deadline, this.#closed.signal.aborted, this.#options.timeoutMs)
    }
  }

  /** Calls off every request, now and later. */
  close(): void {
    this.#closed.abort()
  }

  #redirect(url: string): string {
    const { endpoint } = this.#options
    if (endpoint === undefined) return url
    const { pathname, search } = new URL(url)
    return `${endpoint.replace(/\/+$/, '')}${pathname}${search}`
  }
}

/** Notices whether a request that mentions a text was sent. */
export class Sending {
  #wasSent = false
  readonly #text: string
  readonly end: () => void

  constructor(text: string, end: () => void) {
    this.#text = text
    this.end = end
  }

  get wasSent(): boolean {
    return this.#wasSent
  }

  notice(url: string, body: string | undefined): void {
    if (url.includes(this.#text) || body?.includes(this.#text)) this.#wasSent = true
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let lengthBytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    lengthBytes += chunk.byteLength
    if (lengthBytes > LARGEST_ANSWER_BYTES) {
      throw new TransportError('lost', `answer was longer than ${LARGEST_ANSWER_BYTES} bytes`)
    }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function refuseFailureStatus(response: Response, text: string): void {
  const { status } = response
  const words = text.replace(/\s+/g, ' ').slice(0, WORDS_LENGTH)
  if (status >= 500) {
    throw new TransportError('server', `exchange answered HTTP ${status} ${words}`, { httpStatus: status })
  }
  if (status === 418 || status === 429) {
    const seconds = Number(response.headers.get('retry-after') ?? NaN)
    throw new TransportError('rate-limited', `exchange answered HTTP ${status} ${words}`, {
      httpStatus: status,
      ...(Number.isFinite(seconds) && seconds >= 0 && { retryAfterMs: seconds * 1_000 }),
    })
  }
}

function describeFailure(
  error: unknown,
  deadline: AbortSignal,
  closed: boolean,
  timeoutMs: number,
): TransportError {
  if (error instanceof TransportError) return error
  if (closed) return new TransportError('aborted', 'request was called off: the connector stopped')
  if (deadline.aborted) return new TransportError('timeout', `no whole answer within ${timeoutMs} ms`)
  if (error instanceof Error && error.name === 'AbortError') {
    return new TransportError('aborted', 'request was called off')
  }
  const code = networkCodeOf(error)
  const kind = code !== undefined && NOTHING_WAS_SENT.has(code) ? 'unreachable' : 'lost'
  return new TransportError(kind, `connection failed with ${code ?? causeOf(error)}`)
}

function networkCodeOf(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code } = current as { readonly code?: unknown }
    if (typeof code === 'string') return code
  }
  return undefined
}

function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error)
}
