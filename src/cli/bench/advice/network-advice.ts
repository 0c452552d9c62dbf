import { formatNumber } from '../../terminal/numbers.ts'
import type { Advice, AdviceRule, Findings } from './advice.ts'
import { coresOf } from './core-list.ts'

/** What the network path of the machine needs. */
export const NETWORK_RULES: readonly AdviceRule[] = [
  adviseReceiveBuffer,
  adviseKernelDrops,
  adviseKernelPolling,
  adviseIrqbalance,
  adviseInterrupts,
]

const DEFAULT_ASKED_BYTES = 16 * 1_024 * 1_024
/** What the kernel polls a card for, microseconds: its own documentation's value. */
const POLL_US = 50

/** The connector asks for its buffer itself, so that `rmem_default` does not matter. */
function adviseReceiveBuffer({ after, results }: Findings): Advice | undefined {
  const sockets = results.feed?.sockets ?? []
  const askedBytes = sockets[0]?.askedBufferBytes ?? DEFAULT_ASKED_BYTES
  // The kernel counts twice what it grants.
  const small = sockets.filter(
    ({ receiveBufferBytes }) => receiveBufferBytes > 0 && receiveBufferBytes < 2 * askedBytes,
  )
  const granted = small.map(
    ({ mode, receiveBufferBytes }) => `${mode} ${formatNumber(receiveBufferBytes / 2)}`,
  )
  const limit = after.receiveLimitBytes
  if (small.length === 0 && (sockets.length > 0 || limit === undefined || limit >= askedBytes))
    return undefined
  const told =
    limit === undefined
      ? 'net.core.rmem_max is not to be seen here'
      : `net.core.rmem_max is ${formatNumber(limit)}`
  const isForced = small.every(({ mode }) => mode === 'dgram') && sockets.length > small.length
  return {
    name: 'receive buffer',
    kind: isForced ? 'consider' : 'do',
    found: `${formatNumber(askedBytes)} bytes are asked for, ${told}${granted.length === 0 ? '' : `, granted: ${granted.join(', ')}`}`,
    remedy: isForced
      ? `only dgram is cut to the limit, recvmmsg may go past it: sysctl -w net.core.rmem_max=${askedBytes} if dgram is to be used`
      : `sysctl -w net.core.rmem_max=${askedBytes} (a container: on its host, or --cap-add NET_ADMIN); rmem_default does not matter, the connector asks for its own`,
  }
}

function adviseKernelDrops({ results }: Findings): Advice | undefined {
  const dropping = (results.feed?.sockets ?? []).filter(({ kernelDrops }) => (kernelDrops ?? 0) > 0)
  const latency = results.feed?.latency ?? []
  const lossy = latency.filter(({ sent, received }) => received < sent)
  if (dropping.length === 0 && lossy.length === 0) return undefined
  const drops = dropping.map(
    ({ mode, kernelDrops }) => `${mode} ${formatNumber(kernelDrops ?? 0)} dropped by the kernel`,
  )
  const losses = lossy.map(
    ({ mode, perSecond, sent, received }) =>
      `${mode} at ${formatNumber(perSecond)}/s lost ${formatNumber(sent - received)} of ${formatNumber(sent)}`,
  )
  const isOnlyDgram =
    [...dropping, ...lossy].every(({ mode }) => mode === 'dgram') &&
    latency.some(({ mode }) => mode !== 'dgram')
  return {
    name: 'lost datagrams',
    kind: isOnlyDgram ? 'consider' : 'do',
    found: [...drops, ...losses].join('; '),
    remedy: isOnlyDgram
      ? 'stay with the default receiver on Linux: it loses nothing here'
      : 'enlarge the buffer (sysctl -w net.core.rmem_max=67108864 and feedReceiveBufferBytes: 67108864), and give the process a core that nobody else uses',
  }
}

function adviseKernelPolling({ after }: Findings): Advice | undefined {
  const { busyPollUs, busyReadUs, networkCards } = after
  if (networkCards.length === 0 || after.usableCores < 2) return undefined
  if (busyPollUs !== 0 && busyReadUs !== 0) return undefined
  if (busyPollUs === undefined || busyReadUs === undefined) return undefined
  return {
    name: 'kernel busy polling',
    kind: 'consider',
    found: `net.core.busy_poll ${busyPollUs}, net.core.busy_read ${busyReadUs}: ${networkCards.map(({ name }) => name).join(', ')} is waited for by interrupt`,
    remedy: `sysctl -w net.core.busy_poll=${POLL_US} net.core.busy_read=${POLL_US}; it saves an interrupt where the card's driver can do it, and cannot be seen over the loopback: compare feedStatistics.kernelLatencyUs`,
  }
}

function adviseIrqbalance({ after }: Findings): Advice | undefined {
  if (!after.isIrqbalanceRunning || after.usableCores < 2) return undefined
  return {
    name: 'irqbalance',
    kind: 'consider',
    found: 'irqbalance runs: it moves the card’s interrupts between cores, onto the connector’s too',
    remedy:
      'systemctl disable --now irqbalance and pin them yourself, or IRQBALANCE_BANNED_CPULIST=<the connector’s cores> in /etc/default/irqbalance',
  }
}

/** Interrupts on a core that was isolated for the connector. */
function adviseInterrupts({ after }: Findings): Advice | undefined {
  const isolated = new Set(coresOf(after.isolated ?? ''))
  if (isolated.size === 0) return undefined
  const others = Array.from({ length: after.onlineCores ?? 0 }, (_, core) => core).filter(
    (core) => !isolated.has(core),
  )
  const wrong = after.networkCards.flatMap(({ name, interrupts }) =>
    interrupts
      .filter(({ cores }) => coresOf(cores).some((core) => isolated.has(core)))
      .map(({ number, cores }) => ({ name, number, cores })),
  )
  if (wrong.length === 0) return undefined
  const [first] = wrong
  return {
    name: 'interrupts on isolated cores',
    kind: 'do',
    found: `${wrong.map(({ name, number, cores }) => `${name} interrupt ${number} may go to ${cores}`).join(', ')}; isolated are ${after.isolated}`,
    remedy: `echo ${others.join(',')} > /proc/irq/${first!.number}/smp_affinity_list, and so on for each`,
  }
}
