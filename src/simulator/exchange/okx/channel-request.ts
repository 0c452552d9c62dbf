/** What a socket subscribes to, as it named it: answers and frames repeat it. */
export interface ChannelRequest {
  readonly channel: string
  readonly instId?: string
  readonly instType?: string
  readonly instFamily?: string
}

/** Where a channel's frames go. */
export interface ChannelReader {
  send(frame: object): void
}

const FIELDS = ['channel', 'instId', 'instType', 'instFamily'] as const

/** The request; undefined for what names no channel. */
export function readChannelRequest(value: unknown): ChannelRequest | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Readonly<Record<string, unknown>>
  const named = FIELDS.filter((name) => typeof fields[name] === 'string')
  if (!named.includes('channel')) return undefined
  return Object.fromEntries(named.map((name) => [name, fields[name]])) as unknown as ChannelRequest
}

export function channelKey(request: ChannelRequest): string {
  return FIELDS.map((name) => request[name] ?? '').join(':')
}
