import type { Clock } from '../../common/clock.ts'
import { QtxError } from '../../errors.ts'
import { GARBAGE_KINDS, makeGarbage, type GarbageKind } from './garbage.ts'
import type { SeededRandom } from './seeded-random.ts'

/** What goes wrong on the way to the client. Rates are 0 to 1 and 0 unless given. */
export interface FeedFaultOptions {
  /** Market data that never arrives. */
  readonly lossRate?: number
  /** Market data that arrives twice. */
  readonly duplicateRate?: number
  /** Market data that is overtaken by the next `reorderDepth` datagrams, or sent after `reorderHoldMs`. */
  readonly reorderRate?: number
  /** Default 3. */
  readonly reorderDepth?: number
  /** Default 20. */
  readonly reorderHoldMs?: number
  /** Garbage sent before a good datagram. */
  readonly garbageRate?: number
  /** Which garbage. Default: every kind. */
  readonly garbageKinds?: readonly GarbageKind[]
  /** Text answers that never arrive. */
  readonly answerLossRate?: number
  /** Text answers that arrive `answerDelayMs` late. */
  readonly answerDelayRate?: number
  /** Default 50. */
  readonly answerDelayMs?: number
  /** Text answers that wait until market data has been sent to their client. */
  readonly dataBeforeAnswerRate?: number
}

/** What was done to the datagrams, so that it can be compared with what a client found. */
export interface FeedFaultStatistics {
  readonly lost: number
  readonly duplicated: number
  readonly reordered: number
  readonly garbage: Readonly<Record<GarbageKind, number>>
  readonly answersLost: number
  readonly answersDelayed: number
  readonly answersAfterData: number
}

const DEFAULTS = {
  lossRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
  reorderDepth: 3,
  reorderHoldMs: 20,
  garbageRate: 0,
  garbageKinds: GARBAGE_KINDS,
  answerLossRate: 0,
  answerDelayRate: 0,
  answerDelayMs: 50,
  dataBeforeAnswerRate: 0,
}

/** The faults of one feed server: rates that may change while it runs, and the count of what they did. */
export class FeedFaults {
  readonly #clock: Clock
  readonly #random: SeededRandom
  #options: Required<FeedFaultOptions>
  readonly #counts = { lost: 0, duplicated: 0, reordered: 0 }
  readonly #answerCounts = { answersLost: 0, answersDelayed: 0, answersAfterData: 0 }
  readonly #garbage = Object.fromEntries(GARBAGE_KINDS.map((kind) => [kind, 0])) as Record<
    GarbageKind,
    number
  >

  /** @throws QtxError `QTX_CONFIG_INVALID`. */
  constructor(options: FeedFaultOptions, clock: Clock, random: SeededRandom) {
    this.#clock = clock
    this.#random = random
    this.#options = validated(options)
  }

  get statistics(): FeedFaultStatistics {
    return { ...this.#counts, ...this.#answerCounts, garbage: { ...this.#garbage } }
  }

  /** Replaces all rates from now on. @throws QtxError `QTX_CONFIG_INVALID`. */
  set(options: FeedFaultOptions): void {
    this.#options = validated(options)
  }

  /** The way to one client; `send` puts a datagram on the wire. */
  openLane(send: (datagram: Uint8Array) => void): FaultLane {
    return new FaultLane(this, send)
  }

  /** What happens to one datagram of market data; of the four fates of the datagram itself one at most. */
  drawDataFate(): 'sent' | 'lost' | 'duplicated' | 'reordered' {
    const { lossRate, duplicateRate, reorderRate } = this.#options
    if (this.#random.chance(lossRate)) {
      this.#counts.lost++
      return 'lost'
    }
    if (this.#random.chance(duplicateRate)) {
      this.#counts.duplicated++
      return 'duplicated'
    }
    if (this.#random.chance(reorderRate)) {
      this.#counts.reordered++
      return 'reordered'
    }
    return 'sent'
  }

  drawAnswerFate(): 'sent' | 'lost' | 'delayed' | 'after-data' {
    const { answerLossRate, answerDelayRate, dataBeforeAnswerRate } = this.#options
    if (this.#random.chance(answerLossRate)) {
      this.#answerCounts.answersLost++
      return 'lost'
    }
    if (this.#random.chance(answerDelayRate)) {
      this.#answerCounts.answersDelayed++
      return 'delayed'
    }
    if (this.#random.chance(dataBeforeAnswerRate)) {
      this.#answerCounts.answersAfterData++
      return 'after-data'
    }
    return 'sent'
  }

  drawGarbage(index: number, unknownIndex: number): Uint8Array | undefined {
    const { garbageRate, garbageKinds } = this.#options
    if (!this.#random.chance(garbageRate)) return undefined
    const kind = garbageKinds[this.#random.integer(garbageKinds.length)]!
    this.#garbage[kind]++
    return makeGarbage(kind, index, unknownIndex, this.#random)
  }

  get reorderDepth(): number {
    return this.#options.reorderDepth
  }

  holdReordered(release: () => void): () => void {
    return this.#clock.schedule(this.#options.reorderHoldMs, release)
  }

  delayAnswer(release: () => void): () => void {
    return this.#clock.schedule(this.#options.answerDelayMs, release)
  }
}

interface HeldDatagram {
  readonly datagram: Uint8Array
  /** Datagrams that still overtake it. */
  overtakers: number
  cancelTimer: () => void
}

/** The way to one client, on which datagrams are lost, doubled, held and overtaken. */
export class FaultLane {
  readonly #faults: FeedFaults
  readonly #send: (datagram: Uint8Array) => void
  readonly #held = new Set<HeldDatagram>()
  #answersAfterData: Uint8Array[] = []
  readonly #delayed = new Set<() => void>()

  constructor(faults: FeedFaults, send: (datagram: Uint8Array) => void) {
    this.#faults = faults
    this.#send = send
  }

  /** Market data of an instrument; `unknownIndex` belongs to none. */
  sendData(datagram: Uint8Array, index: number, unknownIndex: number): void {
    const garbage = this.#faults.drawGarbage(index, unknownIndex)
    if (garbage) this.#send(garbage)
    switch (this.#faults.drawDataFate()) {
      case 'lost':
        return
      case 'reordered':
        this.#hold(datagram)
        return
      case 'duplicated':
        this.#pass(datagram)
        this.#pass(datagram)
        return
      case 'sent':
        this.#pass(datagram)
    }
  }

  sendAnswer(answer: Uint8Array): void {
    switch (this.#faults.drawAnswerFate()) {
      case 'lost':
        return
      case 'delayed': {
        const cancel = this.#faults.delayAnswer(() => {
          this.#delayed.delete(cancel)
          this.#send(answer)
        })
        this.#delayed.add(cancel)
        return
      }
      case 'after-data':
        this.#answersAfterData.push(answer)
        return
      case 'sent':
        this.#send(answer)
    }
  }

  /** Forgets what is held. */
  close(): void {
    for (const held of this.#held) held.cancelTimer()
    for (const cancel of this.#delayed) cancel()
    this.#held.clear()
    this.#delayed.clear()
    this.#answersAfterData = []
  }

  #pass(datagram: Uint8Array): void {
    this.#send(datagram)
    for (const held of this.#held) if (--held.overtakers <= 0) this.#release(held)
    const answers = this.#answersAfterData
    if (answers.length === 0) return
    this.#answersAfterData = []
    for (const answer of answers) this.#send(answer)
  }

  #hold(datagram: Uint8Array): void {
    const held: HeldDatagram = {
      datagram,
      overtakers: this.#faults.reorderDepth,
      cancelTimer: () => undefined,
    }
    this.#held.add(held)
    held.cancelTimer = this.#faults.holdReordered(() => this.#release(held))
  }

  #release(held: HeldDatagram): void {
    if (!this.#held.delete(held)) return
    held.cancelTimer()
    this.#send(held.datagram)
  }
}

function validated(options: FeedFaultOptions): Required<FeedFaultOptions> {
  const all = { ...DEFAULTS, ...options }
  for (const [name, value] of Object.entries(all)) {
    if (typeof value !== 'number') continue
    const limit = name.endsWith('Rate') ? 1 : 3_600_000
    if (!(value >= 0 && value <= limit)) {
      throw new QtxError('QTX_CONFIG_INVALID', `feed fault ${name} must be 0 to ${limit}, was ${value}`)
    }
  }
  if (all.garbageKinds.length === 0 && all.garbageRate > 0) {
    throw new QtxError('QTX_CONFIG_INVALID', 'feed fault garbageKinds is empty though garbageRate is not 0')
  }
  return all
}
