import { setImmediate as turn } from 'node:timers/promises'

/** Resolves when the condition holds, looking again at every turn of the event loop; fails after thirty seconds. */
export async function until(isTrue: () => boolean, what = 'the condition'): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`${what} did not come true in thirty seconds`)
    await turn()
  }
}
