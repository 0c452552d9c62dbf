import type { SeededRandom } from '../src/simulator/feed/seeded-random.ts'
import type { RestFault } from '../src/simulator/exchange/server-faults.ts'
import { startSimulator, type Simulator } from '../src/simulator/start-simulator.ts'
import type { ExchangeBackend } from '../src/wire/symbol-names.ts'

const MESSAGES_PER_SECOND = 80
/** How often a fault is drawn from those that have not happened yet. */
const MISSING_FIRST = 0.4
const FEED_FAULTS = { lossRate: 0.01, duplicateRate: 0.005, reorderRate: 0.02 }

/** One simulated exchange with its faults. */
export class Venue implements AsyncDisposable {
  readonly backend: ExchangeBackend
  readonly simulator: Simulator
  /** How often each fault was injected. */
  readonly faults: Record<string, number> = {}
  readonly #random: SeededRandom
  #healed = false

  private constructor(backend: ExchangeBackend, simulator: Simulator, random: SeededRandom) {
    this.backend = backend
    this.simulator = simulator
    this.#random = random
  }

  static async open(backend: ExchangeBackend, seed: number, random: SeededRandom): Promise<Venue> {
    const simulator = await startSimulator({
      exchange: backend,
      pairs: ['BTC-USDT', 'ETH-USDT'],
      seed,
      source: { kind: 'model', messagesPerSecond: MESSAGES_PER_SECOND },
      faults: FEED_FAULTS,
      accounts: [
        {
          apiKey: `key-of-${backend}`,
          apiSecret: `secret-of-${backend}`,
          passphrase: 'passphrase',
          userId: '10001',
          balances: { USDT: '1000000' },
        },
      ],
    })
    return new Venue(backend, simulator, random)
  }

  /** One fault, drawn by its weight; some last for a while. */
  injectFault(): void {
    const { exchange, orderManager, feedServer } = this.simulator
    const faults: readonly (readonly [string, number, () => void])[] = [
      ['ring answers lost, late, garbled', 6, () => this.#misbehave()],
      ['order manager stands still', 1.5, () => this.#standStill()],
      ['order manager restarts, same ring', 1, () => orderManager.restart('keep')],
      ['order manager restarts, new ring', 0.7, () => orderManager.restart('recreate')],
      ['private and public streams cut', 3, () => exchange.dropSockets()],
      ['connections refused', 1, () => this.#refuseConnections()],
      ['HTTP 503 and cut requests', 5, () => this.#failRest()],
      ['feed server restarts', 0.5, () => feedServer.restart({ changeIndices: true })],
      ['feed silent', 0.7, () => this.#silenceFeed()],
      ['logins expire', 1, () => exchange.expireLogins()],
    ]
    for (const [name] of faults) this.faults[name] ??= 0
    // What is rare must happen all the same.
    const missing = faults.filter(([name]) => this.faults[name] === 0)
    const choices = missing.length > 0 && this.#random.chance(MISSING_FIRST) ? missing : faults
    let left = this.#random.next() * choices.reduce((sum, [, weight]) => sum + weight, 0)
    const [name, , inject] = choices.find(([, weight]) => (left -= weight) < 0) ?? choices[0]!
    this.faults[name] = (this.faults[name] ?? 0) + 1
    inject()
  }

  /** Pays every symbol's funding at the rate that is set. */
  payFunding(): void {
    const { engine } = this.simulator.exchange
    for (const { symbol } of engine.instruments) engine.payFunding(symbol)
    this.faults['funding paid'] = (this.faults['funding paid'] ?? 0) + 1
  }

  /** Ends every fault, for good. */
  heal(): void {
    this.#healed = true
    const { exchange, orderManager, feedServer } = this.simulator
    orderManager.setBehaviour({})
    orderManager.resumeTaking()
    feedServer.setFaults({})
    exchange.refuseConnections(false)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator.close()
  }

  #misbehave(): void {
    const rate = (most: number) => (this.#random.chance(0.5) ? this.#random.between(0, most) : 0)
    const { orderManager } = this.simulator
    orderManager.setBehaviour({
      silenceRate: rate(0.1),
      garbageRate: rate(0.1),
      outOfOrderRate: rate(0.5),
      answerDelayMs: [0, this.#random.integer(200)],
    })
    this.#after(this.#random.between(500, 3_000), () => orderManager.setBehaviour({}))
  }

  #standStill(): void {
    const { orderManager } = this.simulator
    orderManager.pauseTaking()
    this.#after(this.#random.between(200, 2_500), () => orderManager.resumeTaking())
  }

  #refuseConnections(): void {
    const { exchange } = this.simulator
    exchange.refuseConnections(true)
    exchange.dropSockets()
    this.#after(this.#random.between(200, 2_000), () => exchange.refuseConnections(false))
  }

  #silenceFeed(): void {
    const { feedServer } = this.simulator
    feedServer.setFaults({ lossRate: 1, answerLossRate: 1 })
    this.#after(this.#random.between(1_000, 6_000), () => feedServer.setFaults(FEED_FAULTS))
  }

  #failRest(): void {
    const choices: readonly RestFault[] = [
      { status: 503, body: { code: -1001, msg: 'Service unavailable' } },
      'drop',
      'drop-after',
    ]
    const fault = choices[this.#random.integer(choices.length)]!
    const rule = () => (this.#healed ? undefined : fault)
    this.simulator.exchange.failRest(rule, 1 + this.#random.integer(5))
  }

  #after(delayMs: number, end: () => void): void {
    setTimeout(() => {
      if (!this.#healed) end()
    }, delayMs).unref()
  }
}
