/**
 * Reads the clock for so many milliseconds and does nothing else: `probe-machine MS`. Prints how often, and how long,
 * it was kept from it.
 */
import { answer, leaveSignalsToParent } from './command-lines.ts'

const PAUSE_MS = 1

leaveSignalsToParent()
const durationMs = Number(process.argv[2])

function watch(untilMs: number): { pauses: number; longestMs: number; readings: number; pausedMs: number } {
  let pauses = 0
  let longestMs = 0
  let readings = 0
  let pausedMs = 0
  let lastMs = performance.now()
  while (lastMs < untilMs) {
    const nowMs = performance.now()
    const gapMs = nowMs - lastMs
    if (gapMs > longestMs) longestMs = gapMs
    if (gapMs > PAUSE_MS) {
      pauses++
      pausedMs += gapMs
    }
    readings++
    lastMs = nowMs
  }
  return { pauses, longestMs, readings, pausedMs }
}

// Compiled first: that would look like a pause of the machine.
watch(performance.now() + durationMs / 10)
const startMs = performance.now()
const preemptionsBefore = process.resourceUsage().involuntaryContextSwitches
const { pauses, longestMs, readings, pausedMs } = watch(startMs + durationMs)
const tookMs = performance.now() - startMs
answer({
  seconds: tookMs / 1_000,
  pauses,
  longestPauseMs: longestMs,
  preemptions: process.resourceUsage().involuntaryContextSwitches - preemptionsBefore,
  clockReadNs: ((tookMs - pausedMs) * 1e6) / readings,
})
