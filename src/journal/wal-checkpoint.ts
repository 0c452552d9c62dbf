import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { Sqlite } from './sqlite.ts'

const CHECKPOINT = 'PRAGMA wal_checkpoint(PASSIVE)'

/** Runs as CommonJS in a thread of its own; a file would have another name in the sources than in the package. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const Database = require(workerData.library)
const database = new Database(workerData.path)
const checkpoint = database.prepare(${JSON.stringify(CHECKPOINT)})
parentPort.on('message', (message) => {
  if (message === 'close') {
    database.close()
    parentPort.close()
    return
  }
  try {
    parentPort.postMessage(checkpoint.get().busy === 0)
  } catch {
    parentPort.postMessage(false)
  }
})
`

/**
 * Moves the database's log into its main file, on a thread of its own: it waits for the disk. Writing goes on
 * meanwhile. The thread starts with the first call.
 */
export class WalCheckpoint {
  readonly #path: string
  readonly #sqlite: Sqlite
  #worker: Worker | undefined
  #isThreadBroken = false
  #running: Promise<boolean> | undefined

  constructor(path: string, sqlite: Sqlite) {
    this.#path = path
    this.#sqlite = sqlite
  }

  /** Resolves to true when the disk has all that was committed before the call. Never rejects. */
  async run(): Promise<boolean> {
    // One that runs may have begun before the last commit.
    while (this.#running) await this.#running
    this.#running = this.#isThreadBroken ? Promise.resolve(this.#runHere()) : this.#runInThread()
    try {
      return await this.#running
    } finally {
      this.#running = undefined
    }
  }

  /** Ends the thread, and moves everything. */
  async close(): Promise<void> {
    while (this.#running) await this.#running
    const worker = this.#worker
    if (worker && !this.#isThreadBroken) {
      worker.ref()
      await new Promise((resolve) => {
        worker.once('exit', resolve)
        worker.postMessage('close')
      })
    }
    this.#isThreadBroken = true
    this.#runHere()
  }

  #runHere(): boolean {
    try {
      return this.#sqlite.query(CHECKPOINT).get()?.[0] === 0
    } catch {
      return false
    }
  }

  async #runInThread(): Promise<boolean> {
    const worker = this.#startedWorker()
    if (!worker) return this.#runHere()
    worker.ref()
    const outcome = await new Promise<boolean | undefined>((resolve) => {
      const end = () => resolve(undefined)
      worker.once('exit', end)
      worker.once('message', (isDone: boolean) => {
        worker.off('exit', end)
        resolve(isDone)
      })
      worker.postMessage('run')
    })
    worker.unref()
    return outcome ?? this.#runHere()
  }

  #startedWorker(): Worker | undefined {
    try {
      return (this.#worker ??= this.#start())
    } catch {
      this.#isThreadBroken = true
      return undefined
    }
  }

  #start(): Worker {
    const library = createRequire(import.meta.url).resolve('libsql')
    const worker = new Worker(THREAD, {
      eval: true,
      // Loaders of the program that uses this are of no use here.
      execArgv: [],
      workerData: { library, path: this.#path },
    })
    // Its end follows, and says the same.
    worker.on('error', () => undefined)
    worker.on('exit', () => (this.#isThreadBroken = true))
    return worker
  }
}
