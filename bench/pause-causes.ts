/** Once the event loop did not come round for longer than it should; milliseconds since the process began. */
export interface Pause {
  readonly startMs: number
  readonly endMs: number
  /** Processor time meanwhile: of the whole process, and of the thread alone. */
  readonly cpuMs: number
  readonly threadMs: number
  /** How much of that is explained by what was done: messages, statistics, collections. */
  readonly explainedMs: number
}

/** Something that took a while. */
export interface Span {
  readonly startMs: number
  readonly durationMs: number
}

/** One garbage collection. */
export interface Collection extends Span {
  /** What was collected. */
  readonly kind: string
}

/** How many pauses were whose doing. */
export interface PauseCauses {
  /** A garbage collection of the process took longer than the limit. */
  readonly collection: number
  /** The thread worked for longer than the limit. */
  readonly work: number
  /** Threads of Node's own, which compile and collect, had its core meanwhile. */
  readonly helpers: number
  /** The machine took the processor away, and what had arrived meanwhile was worked off in one go. */
  readonly catchingUp: number
  /** The thread was charged for time in which next to nothing was done: the host had the core. */
  readonly charged: number
  /** The process had work or not: the machine did not run it. */
  readonly machine: number
  /** The longest of the first three. */
  readonly longestOwnMs: number
  readonly longestMs: number
}

/** Tells the pauses that a process caused itself from those that the machine made. */
export function pauseCauses(
  pauses: readonly Pause[],
  collections: readonly Collection[],
  limitMs: number,
): PauseCauses {
  const causes = {
    collection: 0,
    work: 0,
    helpers: 0,
    catchingUp: 0,
    charged: 0,
    machine: 0,
    longestOwnMs: 0,
    longestMs: 0,
  }
  let untilMs = -Infinity
  for (const pause of pauses) {
    const lengthMs = pause.endMs - pause.startMs
    if (lengthMs <= limitMs) continue
    let cause = causeOf(pause, collections, limitMs)
    // What the machine held up may only be worked off in the turn after the one that it interrupted.
    if (cause === 'work' && pause.startMs <= untilMs) cause = 'catchingUp'
    if (cause === 'machine' || cause === 'catchingUp') untilMs = pause.endMs + limitMs
    causes[cause]++
    causes.longestMs = Math.max(causes.longestMs, lengthMs)
    if (cause === 'collection' || cause === 'work' || cause === 'helpers') {
      causes.longestOwnMs = Math.max(causes.longestOwnMs, lengthMs)
    }
  }
  return causes
}

function causeOf(
  { startMs, endMs, cpuMs, threadMs, explainedMs }: Pause,
  collections: readonly Collection[],
  limitMs: number,
): 'collection' | 'work' | 'helpers' | 'catchingUp' | 'charged' | 'machine' {
  // Whoever did not use the processor for so long was not allowed to.
  if (cpuMs <= limitMs) return 'machine'
  const collectingMs = overlapMs({ startMs, endMs }, collections)
  if (collectingMs > limitMs) return 'collection'
  if (threadMs <= limitMs) return 'helpers'
  if (explainedMs < threadMs / 2) return 'charged'
  return endMs - startMs - cpuMs > limitMs ? 'catchingUp' : 'work'
}

/** How much of the spans lies in the pause, milliseconds. */
export function overlapMs(
  { startMs, endMs }: Pick<Pause, 'startMs' | 'endMs'>,
  spans: readonly Span[],
): number {
  return spans.reduce((sum, { startMs: from, durationMs }) => {
    return sum + Math.max(0, Math.min(endMs, from + durationMs) - Math.max(startMs, from))
  }, 0)
}
