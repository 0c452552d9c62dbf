import { setImmediate as turn } from 'node:timers/promises'

/** Resolves when the condition holds, looking again at every turn of the event loop; fails after ten seconds. */
export async function until(isTrue: () => boolean, what = 'the condition'): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`${what} did not come true in ten seconds`)
    await turn()
  }
}
