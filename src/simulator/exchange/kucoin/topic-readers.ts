import type { WebSocket } from 'ws'

/** Which sockets have subscribed to which topics. */
export class TopicReaders {
  readonly #byTopic = new Map<string, Set<WebSocket>>()

  add(topic: string, socket: WebSocket): void {
    let sockets = this.#byTopic.get(topic)
    if (!sockets) this.#byTopic.set(topic, (sockets = new Set()))
    sockets.add(socket)
  }

  delete(topic: string, socket: WebSocket): void {
    const sockets = this.#byTopic.get(topic)
    sockets?.delete(socket)
    if (sockets?.size === 0) this.#byTopic.delete(topic)
  }

  has(topic: string): boolean {
    return this.#byTopic.has(topic)
  }

  /** Sends the frame to everybody who reads the topic, or to those that `may` says. */
  send(topic: string, frame: object, may: (socket: WebSocket) => boolean = () => true): void {
    const sockets = this.#byTopic.get(topic)
    if (!sockets) return
    const text = JSON.stringify(frame)
    for (const socket of sockets) if (may(socket)) socket.send(text)
  }
}
