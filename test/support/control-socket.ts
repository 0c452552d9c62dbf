import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ControlMethod, ControlStream } from '../../src/service/control-method.ts'
import { ControlServer } from '../../src/service/control-server.ts'
import { SERVICE_METHODS, SERVICE_STREAMS } from '../../src/service/service-methods.ts'
import { idleService, type IdleService } from './idle-service.ts'

export interface ControlTables {
  readonly methods?: Readonly<Record<string, ControlMethod>>
  readonly streams?: Readonly<Record<string, ControlStream>>
}

/** A control server on a socket of its own, over a connector that was not started. */
export class ControlRig implements AsyncDisposable {
  readonly folder: string
  readonly server: ControlServer
  readonly service: IdleService

  private constructor(folder: string, server: ControlServer, service: IdleService) {
    this.folder = folder
    this.server = server
    this.service = service
  }

  static async open(tables: ControlTables = {}): Promise<ControlRig> {
    const folder = mkdtempSync(join(tmpdir(), 'qtx-control-'))
    const service = await idleService()
    const server = await ControlServer.open(join(folder, 'control.sock'), {
      methods: { ...SERVICE_METHODS, ...tables.methods },
      streams: { ...SERVICE_STREAMS, ...tables.streams },
      context: () => service.context,
      scrubber: service.scrubber,
    })
    return new ControlRig(folder, server, service)
  }

  async connect(): Promise<RawClient> {
    const socket = connect(this.server.path)
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A client that sends whatever it is told to. */
export class RawClient {
  readonly socket: Socket
  readonly answers: Readonly<Record<string, unknown>>[] = []
  readonly closed: Promise<unknown>
  #rest = ''

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => socket.once('close', resolve))
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${this.#rest}${text}`.split('\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines) this.answers.push(JSON.parse(line) as Record<string, unknown>)
    })
  }

  send(request: unknown): void {
    this.socket.write(`${JSON.stringify(request)}\n`)
  }
}
