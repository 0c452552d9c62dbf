import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { SharedMemory } from '../src/posix/shared-memory.ts'
import type { BenchContext, Measurement } from './bench-context.ts'
import type { Peers } from './peers.ts'
import type { MeasuredTable } from './table.ts'

interface RoundTrip {
  readonly p50: number
  readonly p99: number
}

/** By name: how long publishing itself spins, microseconds; undefined for the client in C. */
const CLIENTS = { 'C client, spinning': undefined, 'qtx, default': 0, 'qtx, spinUs 50': 50 } as const
const THROUGH_CONNECTOR = 'qtx, a connector’s buy()'
/** Orders through a whole connector are slow to set up. */
const MOST_CONNECTOR_RUNS = 3
/** Far more than the simulated exchange allows by default: only the connector counts here. */
const NO_LIMITS = { weightPerMinute: 1_000_000, ordersPer10s: 1_000_000, ordersPerMinute: 1_000_000 }

/** What `connector-orders` prints, microseconds. */
interface ConnectorOrders {
  readonly firstCallUs: number
  readonly callUs: number
  readonly firstCreatedUs: number
  readonly createdUs: number
}

/** Round trips through the order ring. */
export const measureRing: Measurement = async (context) => {
  const { peers } = context
  if (process.platform !== 'linux') return []
  const throughConnector = await measureConnector(context)
  return peers ? [...(await measureClients(context, peers)), ...throughConnector] : throughConnector
}

async function measureClients(context: BenchContext, peers: Peers): Promise<MeasuredTable[]> {
  context.log('ring')
  const names = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]
  const p50 = names.map((name) => ({ name, samples: [] as number[] }))
  const p99 = names.map((name) => ({ name, samples: [] as number[] }))
  const connector = { name: THROUGH_CONNECTOR, samples: [] as number[] }
  for (let run = 0; run < context.runs; run++) {
    for (const [i, name] of names.entries()) {
      const measured = await roundTrips(CLIENTS[name], context, peers)
      p50[i]!.samples.push(measured.p50)
      p99[i]!.samples.push(measured.p99)
    }
    if (run >= MOST_CONNECTOR_RUNS) continue
    connector.samples.push((await ordersAtOnce(context, peers)).createdUs)
  }
  const baseline = 'C client, spinning'
  return [
    { title: 'Place → accepted, instant order manager, p50', unit: 'µs', rows: p50, baseline },
    { title: 'Place → accepted, instant order manager, p99', unit: 'µs', rows: p99, baseline },
    {
      title: 'buy() → buyOrderCreated, instant order manager, p50',
      unit: 'µs',
      rows: [p50[0]!, connector],
      baseline,
      notes: ['With rules, tracking and journal, one order at a time; the second half of a run.'],
    },
  ]
}

/** One client against an order manager of its own. */
async function roundTrips(
  spinUs: number | undefined,
  { processes, isBrief }: BenchContext,
  peers: Peers,
): Promise<RoundTrip> {
  const segment = segmentName()
  const counts = isBrief ? ['50', '200'] : ['20000', '20000']
  try {
    const manager = processes.start('order-manager', peers.path('order-manager'), [segment])
    await manager.read()
    const client =
      spinUs === undefined
        ? processes.start('order-client', peers.path('order-client'), [segment, ...counts])
        : processes.startScript('ring-client', [segment, String(spinUs), ...counts])
    try {
      return await client.read<RoundTrip>()
    } finally {
      await processes.end(client)
      await processes.end(manager)
    }
  } finally {
    SharedMemory.unlink(segment)
  }
}

/** Through a connector whose orders are answered at once; the simulator is the exchange only. */
async function ordersAtOnce(context: BenchContext, peers: Peers): Promise<ConnectorOrders> {
  const { processes, isBrief } = context
  const segment = segmentName()
  try {
    const manager = processes.start('order-manager', peers.path('order-manager'), [segment])
    await manager.read()
    try {
      return await connectorOrders(context, segment, isBrief ? 10 : 4_000)
    } finally {
      await processes.end(manager)
    }
  } finally {
    SharedMemory.unlink(segment)
  }
}

/** @param managedSegment whose orders somebody else answers; undefined for the simulator's own order manager. */
async function connectorOrders(
  { processes, folder }: BenchContext,
  managedSegment: string | undefined,
  count: number,
): Promise<ConnectorOrders> {
  const segment = segmentName()
  const simulator = processes.startScript('simulator-host', [segment])
  try {
    const config = JSON.stringify({
      ...(await simulator.read<object>()),
      ...(managedSegment !== undefined && { qtxPlaceOrderSharedMemoryName: managedSegment }),
      rateLimits: NO_LIMITS,
      journal: { folder: join(folder, `journal${segment.replace('/', '-')}`) },
    })
    return (await processes.run('connector-orders', [config, String(count)])) as ConnectorOrders
  } finally {
    await processes.end(simulator)
    SharedMemory.unlink(segment)
  }
}

async function measureConnector(context: BenchContext): Promise<MeasuredTable[]> {
  const { log, isBrief, runs } = context
  log('ring: orders through a connector')
  const rows = {
    firstCallUs: { name: 'buy() itself, the first', samples: [] as number[] },
    callUs: { name: 'buy() itself', samples: [] as number[] },
    firstCreatedUs: { name: 'buy() → buyOrderCreated, the first', samples: [] as number[] },
    createdUs: { name: 'buy() → buyOrderCreated', samples: [] as number[] },
  }
  const names = Object.keys(rows) as (keyof typeof rows)[]
  for (let run = 0; run < Math.min(runs, MOST_CONNECTOR_RUNS); run++) {
    const measured = await connectorOrders(context, undefined, isBrief ? 4 : 400)
    for (const name of names) rows[name].samples.push(measured[name])
  }
  return [
    {
      title: 'Through a connector, the simulator as order manager and exchange',
      unit: 'µs',
      rows: names.map((name) => rows[name]),
      notes: ['One order at a time; the medians are of the second half of a run of 400.'],
    },
  ]
}

function segmentName(): string {
  return `/qtx_bench_${process.pid}_${randomBytes(4).toString('hex')}`
}
