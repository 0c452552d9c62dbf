import type { Link, LinkEvents } from './model/connection.ts'

/** Opens the page's websocket at the server that the page came from. */
export function openWebSocket({ received, closed }: LinkEvents): Link {
  const url = new URL('page/socket', document.baseURI)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.search = ''
  url.hash = ''
  const socket = new WebSocket(url)
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') received(data)
  })
  socket.addEventListener('close', () => closed())
  return { send: (text) => socket.send(text), close: () => socket.close() }
}
