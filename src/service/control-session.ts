import type { Socket } from 'node:net'
import { QtxError } from '../errors.ts'
import type { ControlMethod, ControlStream } from './control-method.ts'
import {
  CONTROL_LIMITS,
  readRequest,
  toFailure,
  type ControlAnswer,
  type ControlRequest,
} from './control-protocol.ts'
import { LineSplitter } from './line-splitter.ts'
import type { SecretScrubber } from './secret-scrubber.ts'
import type { ServiceContext } from './service-context.ts'

/** What sessions answer from. */
export interface SessionOptions {
  readonly methods: Readonly<Record<string, ControlMethod>>
  readonly streams: Readonly<Record<string, ControlStream>>
  /** Undefined until the service can answer. */
  readonly context: () => ServiceContext | undefined
  readonly scrubber: SecretScrubber
}

/** One client's connection: reads its requests, answers them, and tells what it follows. */
export class ControlSession {
  readonly #socket: Socket
  readonly #options: SessionOptions
  readonly #lines: LineSplitter
  readonly #subscriptions = new Map<number, NodeJS.Timeout>()
  readonly #answering = new Set<number>()
  #unreadable = 0
  #partialTimer: NodeJS.Timeout | undefined

  constructor(socket: Socket, options: SessionOptions) {
    this.#socket = socket
    this.#options = options
    this.#lines = new LineSplitter(CONTROL_LIMITS.requestBytes, (line) => this.#onLine(line))
    socket.setTimeout(CONTROL_LIMITS.idleMs, () => {
      if (this.#answering.size === 0 && this.#subscriptions.size === 0) socket.destroy()
    })
    socket.on('data', (bytes) => this.#onBytes(bytes))
    socket.on('error', () => socket.destroy())
    // A client that has said its last still reads what it asked for.
    socket.on('end', () => this.#endWhenAnswered())
    socket.on('close', () => this.#end())
  }

  /** Ends once what was answered is sent. */
  close(): void {
    this.#end()
    this.#socket.end()
    this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #onBytes(bytes: Buffer): void {
    if (!this.#lines.push(bytes)) {
      const longest = CONTROL_LIMITS.requestBytes
      this.#refuse(null, new QtxError('QTX_SERVICE_REQUEST', `a request has more than ${longest} bytes`))
      this.#socket.destroySoon()
      return
    }
    if (!this.#lines.isPartial) {
      clearTimeout(this.#partialTimer)
      this.#partialTimer = undefined
    }
    // From its beginning on: one byte now and then does not keep it.
    else this.#partialTimer ??= setTimeout(() => this.#socket.destroy(), CONTROL_LIMITS.partialRequestMs)
  }

  #onLine(line: string): void {
    if (this.#socket.destroyed || this.#unreadable >= CONTROL_LIMITS.unreadable) return
    let request: ControlRequest
    try {
      request = readRequest(line)
    } catch (error) {
      this.#unreadable++
      this.#refuse(null, error)
      if (this.#unreadable >= CONTROL_LIMITS.unreadable) this.#socket.destroySoon()
      return
    }
    this.#answer(request).catch((error: unknown) => this.#refuse(request.id, error))
  }

  async #answer({ id, method: name, params }: ControlRequest): Promise<void> {
    if (name === 'unsubscribe') {
      this.#unsubscribe(id)
      return
    }
    const context = this.#options.context()
    if (!context) throw notYet()
    const { methods, streams } = this.#options
    if (Object.hasOwn(methods, name)) await this.#call(id, name, methods[name]!, params, context)
    else if (Object.hasOwn(streams, name)) this.#subscribe(id, streams[name]!, params, context)
    else throw unknownMethod(name, [...Object.keys(methods), ...Object.keys(streams)])
  }

  async #call(
    id: number,
    name: string,
    method: ControlMethod,
    params: unknown,
    context: ServiceContext,
  ): Promise<void> {
    if (this.#answering.has(id) || this.#answering.size >= CONTROL_LIMITS.requestsAtOnce)
      throw tooMany('requests')
    this.#answering.add(id)
    let timer: NodeJS.Timeout | undefined
    try {
      const timedOut = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(timeout(name, method)), method.timeoutMs)
      })
      const result = await Promise.race([method.answer(context, params), timedOut])
      this.#write({ id, result })
    } finally {
      clearTimeout(timer)
      this.#answering.delete(id)
    }
  }

  #subscribe(id: number, stream: ControlStream, params: unknown, context: ServiceContext): void {
    if (this.#subscriptions.has(id) || this.#subscriptions.size >= CONTROL_LIMITS.subscriptionsAtOnce)
      throw tooMany('subscriptions')
    const look = stream.open(context, params)
    const tick = (): void => {
      // Whoever reads slowly is told the newest once everything before is read, and nothing in between.
      if (this.#socket.destroyed || this.#socket.writableLength > 0) return
      try {
        const item = look()
        if (item !== undefined) this.#write({ id, item })
      } catch (error) {
        this.#unsubscribe(id)
        this.#refuse(id, error)
      }
    }
    this.#subscriptions.set(id, setInterval(tick, stream.everyMs))
    tick()
  }

  #unsubscribe(id: number): void {
    clearInterval(this.#subscriptions.get(id))
    this.#subscriptions.delete(id)
  }

  #refuse(id: number | null, error: unknown): void {
    this.#write({ id, error: toFailure(error) })
  }

  #write(answer: ControlAnswer): void {
    const { destroyed, writable } = this.#socket
    if (destroyed || !writable) return
    if (this.#socket.writableLength > CONTROL_LIMITS.unreadBytes) {
      this.#socket.destroy()
      return
    }
    this.#socket.write(`${this.#options.scrubber.scrub(JSON.stringify(answer))}\n`)
  }

  #endWhenAnswered(): void {
    if (this.#answering.size === 0) this.close()
    else setTimeout(() => this.#endWhenAnswered(), 20)
  }

  #end(): void {
    clearTimeout(this.#partialTimer)
    for (const id of [...this.#subscriptions.keys()]) this.#unsubscribe(id)
  }
}

function notYet(): QtxError {
  return new QtxError('QTX_SERVICE_REQUEST', 'the service is starting or stopping', {
    remedy: 'try again in a moment',
  })
}

function unknownMethod(name: string, known: readonly string[]): QtxError {
  return new QtxError('QTX_SERVICE_REQUEST', `there is no method ${JSON.stringify(name)}`, {
    remedy: `use one of ${known.join(', ')}`,
  })
}

function tooMany(what: string): QtxError {
  return new QtxError(
    'QTX_SERVICE_REQUEST',
    `this connection has too many ${what} at once, or two of one id`,
    {
      remedy: 'wait for their answers first',
    },
  )
}

/** Whatever a method that sends something was doing goes on. */
function timeout(name: string, { timeoutMs, isOutcomeAtStake }: ControlMethod): QtxError {
  const what = `${name} took more than ${timeoutMs} ms`
  return isOutcomeAtStake
    ? new QtxError('QTX_ORDER_UNKNOWN_OUTCOME', what, { remedy: 'see qtx orders; do not send it again' })
    : new QtxError('QTX_TIMEOUT', what, { remedy: 'see qtx status' })
}
