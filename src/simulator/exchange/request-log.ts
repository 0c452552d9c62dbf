import type { RestRequest } from './rest-protocol.ts'

export interface LoggedRequest {
  readonly atMs: number
  readonly method: string
  readonly path: string
  /** Of query and body; secrets have been left out. */
  readonly parameters: Readonly<Record<string, string>>
  /** Of the answer; 0 where the connection was cut instead. */
  readonly status: number
}

/** How many requests a log keeps; the oldest go first. */
export const REQUESTS_KEPT = 1_000

/** The last requests that a server has answered, without anything secret. */
export class RequestLog {
  readonly #secretParameters: ReadonlySet<string>
  readonly #requests: LoggedRequest[] = []

  constructor(secretParameters: readonly string[]) {
    this.#secretParameters = new Set(secretParameters)
  }

  get requests(): readonly LoggedRequest[] {
    return this.#requests
  }

  add(request: RestRequest, status: number, atMs: number): void {
    const all = [...new URLSearchParams(request.query), ...new URLSearchParams(request.body)]
    const parameters = Object.fromEntries(all.filter(([name]) => !this.#secretParameters.has(name)))
    this.#requests.push({ atMs, method: request.method, path: request.path, parameters, status })
    if (this.#requests.length > REQUESTS_KEPT) this.#requests.shift()
  }
}
