/** What a socket subscribes to; answers and frames repeat it. */
export interface ChannelRequest {
  readonly channel: string
  readonly instId?: string
}

/** Where a channel's frames go. */
export interface ChannelReader {
  send(frame: object): void
}

/** The request; undefined for what names no channel. */
export function readChannelRequest(value: unknown): ChannelRequest | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { channel, instId } = value as Readonly<Record<string, unknown>>
  if (typeof channel !== 'string') return undefined
  return { channel, ...(typeof instId === 'string' && { instId }) }
}

export function channelKey({ channel, instId = '' }: ChannelRequest): string {
  return `${channel}:${instId}`
}
