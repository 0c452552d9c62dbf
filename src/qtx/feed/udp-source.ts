import type { UdpSource } from '../../posix/udp-socket.ts'
import type { ReceiverOptions } from './receiver.ts'

/** Whose datagrams a receiver's socket is for: the group's where there is one, else the server's. */
export function udpSourceOf({ server, multicast }: ReceiverOptions): UdpSource {
  if (!multicast) return { server: { host: server.address, port: server.port } }
  return { multicast: { ...multicast, interfaceAddress: multicast.interfaceAddress ?? '0.0.0.0' } }
}
