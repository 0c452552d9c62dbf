import type { WebSocket } from 'ws'
import type { MarketStreams, StreamReader } from './market-streams.ts'

/** Binance's own limit on streams of one connection. */
const MAX_STREAMS = 1_024

interface StreamCommand {
  readonly method: string
  readonly params: readonly string[]
  readonly id: string | number
}

/** Serves one public socket: the streams its path names, and SUBSCRIBE, UNSUBSCRIBE and LIST_SUBSCRIPTIONS. */
export class StreamCommands {
  readonly #streams: MarketStreams
  readonly #reader: StreamReader
  readonly #names = new Set<string>()

  constructor(streams: MarketStreams, socket: WebSocket, combined: boolean) {
    this.#streams = streams
    this.#reader = { socket, combined }
    socket.on('message', (data) => this.#receive(textOf(data)))
    socket.on('close', () => this.#unsubscribe([...this.#names]))
  }

  subscribe(names: readonly string[]): void {
    for (const name of names) {
      this.#names.add(name)
      this.#streams.subscribe(this.#reader, name)
    }
  }

  #unsubscribe(names: readonly string[]): void {
    for (const name of names) {
      this.#names.delete(name)
      this.#streams.unsubscribe(this.#reader, name)
    }
  }

  #receive(text: string): void {
    const command = readCommand(text)
    if (typeof command === 'string') this.#send({ error: { code: 2, msg: `Invalid request: ${command}` } })
    else this.#send({ result: this.#obey(command), id: command.id })
  }

  #obey({ method, params }: StreamCommand): readonly string[] | null {
    if (method === 'LIST_SUBSCRIPTIONS') return [...this.#names]
    if (method === 'SUBSCRIBE') this.subscribe(params.slice(0, MAX_STREAMS - this.#names.size))
    else this.#unsubscribe(params)
    return null
  }

  #send(answer: object): void {
    this.#reader.socket.send(JSON.stringify(answer))
  }
}

const METHODS: readonly unknown[] = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS']

/** The command, or what is wrong with it. */
function readCommand(text: string): StreamCommand | string {
  const json = parse(text)
  if (typeof json !== 'object' || json === null) return 'the message is not a JSON object'
  const { method, params, id } = json as Partial<Record<string, unknown>>
  if (!METHODS.includes(method)) return 'unknown method'
  if (typeof id !== 'string' && typeof id !== 'number') return 'id must be a number or a string'
  const names: readonly unknown[] | undefined =
    params === undefined && method === 'LIST_SUBSCRIPTIONS' ? [] : Array.isArray(params) ? params : undefined
  if (!names?.every((name) => typeof name === 'string')) return 'params must be a list of stream names'
  return { method: method as string, params: names, id }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textOf(data: unknown): string {
  if (Buffer.isBuffer(data)) return data.toString('utf8')
  return ''
}
