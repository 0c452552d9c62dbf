import { setTimeout as pause } from 'node:timers/promises'

const PAUSE_MS = 5

/** Does the work again and again, one time after the other, until the promise is settled; then gives what it gave. */
export async function meanwhile<T>(awaited: Promise<T>, work: () => unknown): Promise<T> {
  const settled = new AbortController()
  const end = () => settled.abort()
  awaited.then(end, end)
  while (!settled.signal.aborted) {
    await work()
    await pause(PAUSE_MS)
  }
  return awaited
}
