import { isIP } from 'node:net'
import { durationMs, onlyOptions, sharedMemoryName } from './option-kinds.ts'
import { ObjectField, flag, oneOf, text, whole } from './schema.ts'

const streamRingName = (usual: string) =>
  sharedMemoryName(`Give the name of the shared memory, such as ${usual}.`, usual).default(usual)

const ipAddress = (help: string) => text(help).check((given) => isIP(given) !== 0, help)

/** The options of market data: how QTX's messages are received, what stands in for them, when a book counts as live. */
export const feedConfig = {
  feedReceiver: oneOf(
    ['recvmmsg', 'worker', 'dgram'],
    'feedReceiver is recvmmsg or worker (Linux), or dgram (anywhere).',
  )
    .optional()
    .describe(
      'How datagrams are received; recvmmsg by default on Linux, dgram elsewhere. worker receives in a thread of its own, for strategies that compute for long.',
    ),
  feedWorkerRingBytes: whole(
    'Give feedWorkerRingBytes as a number.',
    'feedWorkerRingBytes is a whole number.',
  )
    .check((bytes) => bytes >= 262_144, 'feedWorkerRingBytes is at least 262,144.')
    .check((bytes) => bytes <= 1 << 30, 'feedWorkerRingBytes is at most 1,073,741,824.')
    .optional()
    .describe(
      'Room between the receiving thread and the strategy’s, for feedReceiver worker; the next power of two is taken. 8 MiB by default.',
    ),
  feedTransport: oneOf(
    ['udp', 'shared-memory'],
    'feedTransport is udp (the default) or shared-memory (on QTX’s own host).',
  )
    .optional()
    .describe(
      'Which way messages come; from shared memory only on QTX’s own host, subscriptions go over UDP all the same. udp by default.',
    ),
  feedStreamRings: new ObjectField(
    {
      messages: streamRingName('/stream_lite').describe(
        'Shared memory that messages are read from; /stream_lite by default.',
      ),
      levels: streamRingName('/stream_lite_l2').describe(
        'Shared memory that the levels of depth messages are read from; /stream_lite_l2 by default.',
      ),
    },
    onlyOptions(() => ['messages', 'levels']),
  )
    .optional()
    .describe('Where QTX writes its messages on its own host; for feedTransport shared-memory.'),
  feedBusyPoll: flag('feedBusyPoll is true or false.')
    .optional()
    .describe(
      'Whether the process looks for messages without ever sleeping: it takes a whole core, with worker two, and saves some tens of microseconds. With recvmmsg, worker and shared-memory; false by default.',
    ),
  feedGro: flag('feedGro is true or false.')
    .optional()
    .describe(
      'Whether datagrams of one size that arrived together are taken from the kernel as one piece, which costs a fraction of the processor time. With recvmmsg and worker; true by default.',
    ),
  feedKernelTimestamps: flag('feedKernelTimestamps is true or false.')
    .optional()
    .describe(
      'Whether the kernel says when it received each datagram, so that feedStatistics tells how long they waited for the process; false by default.',
    ),
  feedKernelDropCounts: flag('feedKernelDropCounts is true or false.')
    .optional()
    .describe(
      'Whether the kernel says with each datagram how many it dropped before, instead of being asked after full batches; false by default.',
    ),
  feedReceiveBufferBytes: whole(
    'Give feedReceiveBufferBytes as a number.',
    'feedReceiveBufferBytes is a whole number.',
  )
    .check((bytes) => bytes >= 1_024, 'feedReceiveBufferBytes is at least 1,024.')
    .check((bytes) => bytes <= 1 << 30, 'feedReceiveBufferBytes is at most 1,073,741,824.')
    .optional()
    .describe(
      'Receive buffer of the socket, past the system’s limit where the process may; feedStatistics says what was given. 16 MiB by default.',
    ),
  feedFallback: oneOf(
    ['websocket', 'none'],
    'feedFallback is websocket (the exchange’s own takes over) or none (the default).',
  )
    .optional()
    .describe('What feeds a pair’s book while QTX’s datagrams do not; none by default.'),
  feedFallbackAfterMs: durationMs('feedFallbackAfterMs').describe(
    'How long a book may lack datagrams until the fallback takes over, and how long they must be good to be back; 1,000 by default.',
  ),
  multicastGroup: ipAddress('multicastGroup is an IP address, such as 239.1.1.1.')
    .optional()
    .describe('Group on which the same datagrams arrive.'),
  multicastInterface: ipAddress(
    'multicastInterface is the IP address of a local interface, such as 10.0.0.5.',
  )
    .optional()
    .describe('Local interface that joins the group.'),
  feedSilenceMs: durationMs('feedSilenceMs').describe(
    'Silence after which a symbol is subscribed again; 5,000 by default.',
  ),
  depthMode: oneOf(['diff', 'full'], 'depthMode is diff (changed levels, the default) or full (whole books).')
    .optional()
    .describe('Whether depth messages carry changed levels or whole books.'),
  bookSettleMs: durationMs('bookSettleMs').describe(
    'How long a book without a snapshot must be whole before it is live; 1,000 by default.',
  ),
  bookVerifyMs: durationMs('bookVerifyMs').describe(
    'About how often a live book is compared with the exchange’s snapshot, which heals what was lost unseen; 60,000 by default.',
  ),
}
