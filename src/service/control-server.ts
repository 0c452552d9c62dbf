import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { QtxError, messageOf } from '../errors.ts'
import { CONTROL_LIMITS } from './control-protocol.ts'
import { ControlSession, type SessionOptions } from './control-session.ts'

const OWNER_ONLY = 0o600
const PROBE_MS = 2_000

/** The control socket: answers whoever may open it, which is its owner alone. */
export class ControlServer {
  readonly path: string
  readonly #server: Server
  readonly #sessions = new Set<ControlSession>()
  readonly #inode: number

  private constructor(path: string, server: Server, options: SessionOptions) {
    this.path = path
    this.#server = server
    this.#inode = lstatSync(path).ino
    server.on('connection', (socket) => {
      const session = new ControlSession(socket, options)
      this.#sessions.add(session)
      socket.once('close', () => this.#sessions.delete(session))
    })
  }

  /**
   * Takes the socket; what a process that died has left there is replaced.
   * @throws QtxError `QTX_SERVICE_BUSY` when a service answers there, or something else is in its place.
   */
  static async open(path: string, options: SessionOptions): Promise<ControlServer> {
    await makeRoom(path)
    const server = createServer({ allowHalfOpen: true })
    server.maxConnections = CONTROL_LIMITS.connections
    await listen(server, path)
    chmodSync(path, OWNER_ONLY)
    return new ControlServer(path, server, options)
  }

  get connectionCount(): number {
    return this.#sessions.size
  }

  /** Ends every connection once what was answered is sent, and removes the socket. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const session of this.#sessions) session.close()
    const timer = setTimeout(() => {
      for (const session of this.#sessions) session.destroy()
    }, PROBE_MS)
    await closed
    clearTimeout(timer)
  }

  /** Removes the socket's name alone, at once; for a process that ends without closing. */
  remove(): void {
    if (lstatSync(this.path, { throwIfNoEntry: false })?.ino === this.#inode) unlinkSync(this.path)
  }
}

/** @throws QtxError `QTX_SERVICE_BUSY`. */
async function makeRoom(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) return
  if (!found.isSocket()) throw busy(`${path} is there already, and is no socket`)
  if (found.uid !== process.getuid?.()) throw busy(`${path} belongs to another user (${found.uid})`)
  if (await isAnswered(path)) throw busy(`a service answers at ${path} already`)
  unlinkSync(path)
}

/** Whether anybody listens: a socket whose process has died refuses. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const settle = (answered: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answered)
    }
    // Somebody who is too busy to answer is there all the same.
    const timer = setTimeout(() => settle(true), PROBE_MS)
    socket.once('connect', () => settle(true))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      settle(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    )
  })
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? busy(`a service answers at ${path} already`)
          : new QtxError('QTX_CONFIG_INVALID', `the control socket could not be made: ${messageOf(error)}`, {
              cause: error,
              remedy: 'name another one with --socket, in a folder that is yours',
            }),
      )
    })
    // From the first moment on nobody else may open it; the socket is made before listen() returns.
    const mask = process.umask(0o177)
    try {
      server.listen(path, () => resolve())
    } finally {
      process.umask(mask)
    }
  })
}

function busy(what: string): QtxError {
  return new QtxError('QTX_SERVICE_BUSY', what, {
    remedy: 'stop it with qtx stop, or name another socket with --socket',
  })
}
