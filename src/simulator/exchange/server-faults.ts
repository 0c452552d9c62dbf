import type { RestAnswer, RestRequest } from './rest-protocol.ts'

/**
 * What happens to a request instead of its answer: another answer, or a cut connection, before the exchange acts
 * (`drop`) or after it has acted (`drop-after`), which leaves the sender not knowing.
 */
export type RestFault = RestAnswer | 'drop' | 'drop-after'

/** Returns undefined for requests that it is not about. */
export type RestFaultRule = (request: RestRequest) => RestFault | undefined

interface CountedRule {
  readonly rule: RestFaultRule
  left: number
}

/** The faults that a server has been told to show. */
export class ServerFaults {
  /** Added to every REST answer. */
  restLatencyMs = 0
  /** New and kept connections are cut at once while true. */
  refusing = false
  readonly #rules: CountedRule[] = []

  /** Applies to the next `times` requests that the rule is about. */
  failRest(rule: RestFaultRule, times: number): void {
    this.#rules.push({ rule, left: times })
  }

  clear(): void {
    this.#rules.length = 0
    this.restLatencyMs = 0
    this.refusing = false
  }

  faultOf(request: RestRequest): RestFault | undefined {
    for (const [at, counted] of this.#rules.entries()) {
      const fault = counted.rule(request)
      if (fault === undefined) continue
      if (--counted.left <= 0) this.#rules.splice(at, 1)
      return fault
    }
    return undefined
  }
}
