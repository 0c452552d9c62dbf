export interface RestRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** As it was sent, without the question mark; signatures are over the exact text. */
  readonly query: string
  readonly body: string
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface RestAnswer {
  readonly status: number
  /** Sent as JSON. */
  readonly body: unknown
}
