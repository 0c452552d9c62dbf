import { formatMs, formatNumber } from '../../terminal/numbers.ts'
import type { FeedMode } from '../bench-results.ts'
import type { Advice, AdviceRule, Findings } from './advice.ts'
import { lastCores } from './core-list.ts'

/** What the machine's cores, clocks and limits mean for latency. */
export const PROCESSOR_RULES: readonly AdviceRule[] = [
  adviseQuota,
  adviseLoad,
  adviseStolenTime,
  advisePauses,
  adviseGovernor,
  adviseClockSource,
  adviseCores,
  adviseBusyPoll,
  adviseIsolation,
  adviseIdleStates,
  adviseNuma,
]

/** The connector's main thread, the rest of the process, the kernel, and everything else. */
const CORES_FOR_ISOLATION = 4
/** Waking up from deeper states costs more than the whole receive path. */
const SLOW_EXIT_US = 10
const BUSY_SHARE = 0.5
const STOLEN_SHARE = 0.002
const MANY_PAUSES_PER_SECOND = 1
const BUSY_POLL_GAIN = 0.7
/** Read by a system call, or slower than the message that it times. */
const SLOW_CLOCK_NS = 100

function adviseQuota({ before, after }: Findings): Advice | undefined {
  const limit = after.cgroup
  if (!limit) return undefined
  const throttled = limit.throttled - (before.cgroup?.throttled ?? limit.throttled)
  const isThrottled = throttled > 0
  return {
    name: 'processor quota',
    kind: isThrottled ? 'do' : 'consider',
    found: `this process’s group may use ${limit.cores} cores in each ${limit.periodMs} ms${isThrottled ? `, and was stopped ${formatNumber(throttled)} times while this measured` : ''}`,
    remedy:
      'give it whole cores instead of a share: docker run --cpuset-cpus=0-1 without --cpus; Kubernetes: equal whole requests and limits with the static CPU manager',
  }
}

function adviseLoad({ before }: Findings): Advice | undefined {
  const cores = before.onlineCores ?? before.usableCores
  if (before.load === undefined || before.load < cores * BUSY_SHARE) return undefined
  return {
    name: 'other programs',
    kind: 'do',
    found: `the load was ${before.load} on ${cores} ${plural(cores, 'core')} before this began`,
    remedy:
      'these numbers are theirs too: stop them (top shows which), or give the connector cores of its own, and measure again',
  }
}

function adviseStolenTime({ before, after }: Findings): Advice | undefined {
  if (!before.processorTime || !after.processorTime) return undefined
  const ticks = after.processorTime.ticks - before.processorTime.ticks
  const stolen = after.processorTime.stolenTicks - before.processorTime.stolenTicks
  if (!(stolen > ticks * STOLEN_SHARE)) return undefined
  return {
    name: 'stolen time',
    kind: 'do',
    found: `the hypervisor gave ${((stolen / ticks) * 100).toFixed(1)} % of this machine’s time to others meanwhile (steal in /proc/stat)`,
    remedy: 'nothing inside the machine helps: use one with dedicated cores, or hardware of your own',
  }
}

function advisePauses({ results }: Findings): Advice | undefined {
  const { machine } = results
  if (!machine || machine.pauses / machine.seconds < MANY_PAUSES_PER_SECOND) return undefined
  const { pauses, seconds, longestPauseMs, preemptions } = machine
  const isScheduler = preemptions >= pauses
  return {
    name: 'the machine’s own pauses',
    kind: 'do',
    found: `${pauses} over 1 ms in ${seconds.toFixed(1)} s of doing nothing, the longest ${formatMs(longestPauseMs)}; the kernel gave the core to others ${formatNumber(preemptions)} times`,
    remedy: isScheduler
      ? 'other programs take the core, and no tuning of the connector shortens p99 below that: taskset -c <core> each to its own, isolcpus= for the connector’s'
      : 'not the scheduler: a hypervisor, deep sleep or the firmware (SMI); look at steal in vmstat 1, and at the firmware’s power profile',
  }
}

function adviseGovernor({ after }: Findings): Advice | undefined {
  const slow = after.governors.filter((governor) => governor !== 'performance')
  if (slow.length === 0) return undefined
  return {
    name: 'frequency governor',
    kind: 'do',
    found: `scaling_governor is ${slow.join(', ')}: cores slow down between messages`,
    remedy: 'cpupower frequency-set -g performance',
  }
}

function adviseClockSource({ after, results }: Findings): Advice | undefined {
  const { clockSource, clockSources } = after
  if (clockSource === undefined || clockSource === 'tsc' || clockSource === 'arch_sys_counter')
    return undefined
  const cost = results.machine?.clockReadNs
  const isSlow = cost !== undefined && cost > SLOW_CLOCK_NS
  return {
    name: 'clock source',
    kind: isSlow ? 'do' : 'consider',
    found: `${clockSource}${cost === undefined ? '' : `, a reading costs ${formatNumber(cost)} ns`}; every message reads the clock`,
    remedy: clockSources.includes('tsc')
      ? 'echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource; for good: clocksource=tsc tsc=reliable on the kernel’s command line'
      : 'tsc is not offered here: the hypervisor’s or the firmware’s settings decide that',
  }
}

function adviseCores({ after, results }: Findings): Advice | undefined {
  const { usableCores } = after
  if (usableCores >= CORES_FOR_ISOLATION) return undefined
  const { busyPoll, usual } = compareBusyPoll(results)
  const measured =
    busyPoll === undefined || usual === undefined
      ? ''
      : `; p50 was ${formatMs(busyPoll / 1_000)} busy polling, ${formatMs(usual / 1_000)} by default`
  return {
    name: 'cores',
    kind: usableCores === 1 ? 'do' : 'leave',
    found: `${usableCores} ${plural(usableCores, 'core')} for this process${measured}`,
    remedy:
      usableCores === 1
        ? 'at least two: one core cannot send, receive and trade at once; leave feedBusyPoll and spinUs off'
        : 'leave feedBusyPoll and spinUs off unless a core is to spare for each: what waits for the core of a process that never sleeps, waits for milliseconds',
  }
}

/** Where there are cores enough, and it was faster. */
function adviseBusyPoll({ after, results }: Findings): Advice | undefined {
  const { busyPoll, usual } = compareBusyPoll(results)
  if (after.usableCores < CORES_FOR_ISOLATION || busyPoll === undefined || usual === undefined)
    return undefined
  if (busyPoll > usual * BUSY_POLL_GAIN) return undefined
  return {
    name: 'busy polling',
    kind: 'consider',
    found: `p50 from sender to callback is ${formatMs(busyPoll / 1_000)} busy polling, ${formatMs(usual / 1_000)} by default`,
    remedy: `feedBusyPoll: true, and a core of its own: taskset -c ${lastCores(after.usableCores, 1)} node …`,
  }
}

function adviseIsolation({ after }: Findings): Advice | undefined {
  const { isolated, nohzFull, usableCores } = after
  if (usableCores < CORES_FOR_ISOLATION || isolated === undefined) return undefined
  const lacksTickless = nohzFull === ''
  if (isolated !== '' && !lacksTickless) return undefined
  const cores = isolated === '' ? lastCores(usableCores, 2) : isolated
  const tickless = nohzFull === undefined ? '' : ` nohz_full=${cores} rcu_nocbs=${cores}`
  return {
    name: 'isolated cores',
    kind: 'consider',
    found: `${isolated === '' ? 'no core is isolated' : `isolated are ${isolated}`}${lacksTickless ? ', none is without the timer tick' : ''}`,
    remedy: `on the kernel’s command line: isolcpus=managed_irq,domain,${cores}${tickless}; then move the connector’s main thread there: taskset -cp ${cores.split(/[-,]/)[0]} <pid>`,
  }
}

function adviseIdleStates({ after }: Findings): Advice | undefined {
  const slow = after.idleStates.filter(({ exitUs }) => exitUs > SLOW_EXIT_US)
  if (slow.length === 0) return undefined
  return {
    name: 'idle states',
    kind: 'do',
    found: `cores may sleep so deeply that waking takes ${slow.map(({ name, exitUs }) => `${exitUs} µs (${name})`).join(', ')}`,
    remedy: `cpupower idle-set -D ${SLOW_EXIT_US}, or hold /dev/cpu_dma_latency open at 0 (tuned-adm profile latency-performance); at boot: intel_idle.max_cstate=1 processor.max_cstate=1. Busy polling keeps its own core awake`,
  }
}

function adviseNuma({ after }: Findings): Advice | undefined {
  if (after.numaNodes < 2) return undefined
  const placed = after.networkCards.filter(({ numaNode }) => numaNode !== undefined)
  const [card] = placed
  return {
    name: 'memory nodes',
    kind: 'consider',
    found: `${after.numaNodes} NUMA nodes${placed.map(({ name, numaNode }) => `, ${name} is on node ${numaNode}`).join('')}`,
    remedy: `keep the connector, the order manager and the card on one: numactl --cpunodebind=${card?.numaNode ?? 0} --membind=${card?.numaNode ?? 0} node …`,
  }
}

/** Medians at the lowest rate, microseconds. */
function compareBusyPoll({ feed }: Findings['results']): {
  readonly busyPoll: number | undefined
  readonly usual: number | undefined
} {
  const p50Of = (wanted: FeedMode): number | undefined => {
    const p50 = feed?.latency.find(({ mode }) => mode === wanted)?.p50Us
    return p50 !== undefined && Number.isFinite(p50) ? p50 : undefined
  }
  return { busyPoll: p50Of('busyPoll'), usual: p50Of('default') }
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`
}
