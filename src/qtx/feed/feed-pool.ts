import { QtxUdpManager } from './udp-manager.ts'
import { feedKey, type QtxUdpManagerOptions } from './udp-manager-options.ts'

/** One user's hold on a shared feed. */
export interface FeedLease {
  readonly manager: QtxUdpManager
  /** Gives it back; the last one stops the feed. Idempotent. Never call `manager.stop()` on a shared feed. */
  release(): Promise<void>
}

interface PooledFeed {
  readonly manager: QtxUdpManager
  users: number
}

/**
 * One feed for each endpoint, however many connectors use it. Feeds whose options differ in anything, such as the
 * host, the backend or a symbol's spelling, never meet.
 */
export class FeedPool {
  readonly #feeds = new Map<string, PooledFeed>()

  /** Feeds in use. */
  get size(): number {
    return this.#feeds.size
  }

  /** The feed of these options, made for the first who asks. What the first injects is used: clock, logger, random, tap and source. */
  acquire(options: QtxUdpManagerOptions): FeedLease {
    const key = feedKey(options)
    let feed = this.#feeds.get(key)
    if (!feed) {
      feed = { manager: new QtxUdpManager(options), users: 0 }
      this.#feeds.set(key, feed)
    }
    feed.users++
    return this.#lease(key, feed)
  }

  #lease(key: string, feed: PooledFeed): FeedLease {
    let released: Promise<void> | undefined
    const giveBack = async (): Promise<void> => {
      feed.users--
      if (feed.users > 0) return
      this.#feeds.delete(key)
      await feed.manager.stop()
    }
    return {
      manager: feed.manager,
      release: () => (released ??= giveBack()),
    }
  }
}
