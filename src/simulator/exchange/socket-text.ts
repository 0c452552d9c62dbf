import type { WebSocket } from 'ws'

/** Hands over what a client says, as text; what is not one message in one piece is an empty one. */
export function onText(socket: WebSocket, receive: (text: string) => void): void {
  socket.on('message', (data) => receive(Buffer.isBuffer(data) ? data.toString('utf8') : ''))
}
