import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Clock } from '../common/clock.ts'
import type { Logger } from '../common/log.ts'
import { messageOf } from '../errors.ts'
import type { HttpFile } from '../service/http-server.ts'
import type { ServicePage } from '../service/run-service.ts'
import type { SecretScrubber } from '../service/secret-scrubber.ts'
import type { ServiceContext } from '../service/service-context.ts'
import { FrameBatch, MOST_LOG_LINES, newSince, type FrameParts } from './frame-batch.ts'
import { pageLogLine } from './log-lines.ts'
import { runPageAction, type PageAction } from './page-actions.ts'
import { PageClient, type Greeting } from './page-client.ts'
import { PageFiles } from './page-files.ts'
import { FRAME_MS, type PageHello, type PageReply } from './page-frames.ts'
import { LONGEST_MESSAGE_BYTES } from './page-message.ts'
import { pagePairs } from './page-picture.ts'
import { PageSampler } from './page-sampler.ts'

export interface PageOptions {
  readonly version: string
  /** Whether the page may cancel orders and close positions. */
  readonly canControl: boolean
  readonly clock: Clock
  readonly logger: Logger
  readonly scrubber: SecretScrubber
  /** Where the built page is; where the build puts it without it. */
  readonly files?: PageFiles
}

const SOCKET_PATH = '/page/socket'
export const MOST_PAGES = 16
const CLOSE_TRY_AGAIN = 1013

/** The page in the browser: its files, and a websocket to each browser that shows it. */
export class Page implements ServicePage {
  readonly #options: PageOptions
  readonly #files: PageFiles
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LONGEST_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  })
  readonly #clients = new Set<PageClient>()
  #parts: FrameParts | undefined
  #cancelTick: (() => void) | undefined
  #isClosed = false

  constructor(options: PageOptions) {
    this.#options = options
    this.#files = options.files ?? new PageFiles()
  }

  attach(context: ServiceContext): void {
    if (this.#isClosed || this.#parts) return
    const { clock, scrubber } = this.#options
    const sampler = new PageSampler(context.connector, clock, (error) => this.#report(error))
    this.#parts = { context, scrubber, sampler }
  }

  file(path: string): Promise<HttpFile | undefined> {
    return this.#files.file(path)
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (this.#isClosed || pathOf(request) !== SOCKET_PATH) return false
    // A request that is no websocket's is answered by the package.
    this.#sockets.handleUpgrade(request, socket, head, (opened) => {
      try {
        this.#open(opened)
      } catch (error) {
        this.#report(error)
        opened.terminate()
      }
    })
    return true
  }

  close(): void {
    this.#isClosed = true
    this.#cancelTick?.()
    for (const client of [...this.#clients]) client.end()
    this.#parts?.sampler[Symbol.dispose]()
    this.#sockets.close()
  }

  #open(socket: WebSocket): void {
    const parts = this.#parts
    if (this.#isClosed || !parts || this.#clients.size >= MOST_PAGES) {
      socket.on('error', () => undefined)
      socket.close(CLOSE_TRY_AGAIN, parts ? `${MOST_PAGES} pages are open` : 'not started yet')
      return
    }
    const { connector } = parts.context
    const client = new PageClient(socket, [...connector.tradingPairs][0], {
      clock: this.#options.clock,
      greet: () => this.#greet(parts),
      isPair: (pair) => connector.tradingPairs.has(pair),
      act: (action) => this.#act(parts, action),
      onClosed: (closed) => this.#onClosed(parts, closed),
    })
    this.#clients.add(client)
    parts.sampler.listenToTrades(true)
    this.#cancelTick ??= this.#scheduleTick(parts)
  }

  #onClosed({ sampler }: FrameParts, client: PageClient): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    sampler.listenToTrades(false)
    this.#cancelTick?.()
    this.#cancelTick = undefined
  }

  #scheduleTick(parts: FrameParts): () => void {
    return this.#options.clock.schedule(FRAME_MS, () => {
      this.#cancelTick = this.#scheduleTick(parts)
      const batch = new FrameBatch(parts, this.#options.clock.nowMs())
      for (const client of [...this.#clients]) {
        try {
          client.tick(batch)
        } catch (error) {
          this.#report(error)
          client.end()
        }
      }
    })
  }

  /** What goes wrong here must not end the service. */
  #report(error: unknown): void {
    this.#options.logger.error({}, `the page could not be served: ${messageOf(error)}`)
  }

  #greet(parts: FrameParts): Greeting {
    const { context, sampler } = parts
    const { connector } = context
    const pairs = pagePairs(connector)
    const { fills, log } = newSince(parts, { fills: 0, log: context.logTail.end - MOST_LOG_LINES })
    const hello: PageHello = {
      kind: 'hello',
      name: connector.name,
      exchange: context.exchange,
      version: this.#options.version,
      startedMs: context.startedMs,
      canControl: this.#options.canControl,
      pairs,
      fills: fills.items,
      log: log.items.map(pageLogLine),
      history: sampler.history(),
    }
    return {
      text: parts.scrubber.scrub(JSON.stringify(hello)),
      isComplete: pairs.every(({ priceDecimals }) => priceDecimals !== null),
      cursor: { fills: fills.to, log: log.to },
    }
  }

  async #act({ context, scrubber }: FrameParts, action: PageAction): Promise<PageReply> {
    const { canControl, logger } = this.#options
    const reply = await runPageAction(context.connector, action, canControl)
    const { action: name, pair, clientOrderId } = action
    if (canControl)
      logger.info({ name, pair, clientOrderId, ok: reply.ok }, `the page asked for ${name}: ${reply.text}`)
    return { ...reply, text: scrubber.scrub(reply.text) }
  }
}

function pathOf({ url }: IncomingMessage): string | undefined {
  return url?.split('?', 1)[0]
}
