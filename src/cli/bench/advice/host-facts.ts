import type { HostReader } from './host-reader.ts'
import { readCgroupLimit, type CgroupLimit } from './cgroup-limit.ts'
import { readNetworkCards, type NetworkCard } from './network-cards.ts'

/** A state that an idle core may enter. */
export interface IdleState {
  readonly name: string
  /** How long it takes to leave it, microseconds. */
  readonly exitUs: number
}

/** In the kernel's ticks. */
export interface ProcessorTime {
  readonly ticks: number
  /** Of those, given to other machines by the hypervisor. */
  readonly stolenTicks: number
}

/** What bears on latency, as the system tells it; undefined where it does not. */
export interface HostFacts {
  /** Cores that this process may use. */
  readonly usableCores: number
  /** Cores that are online. */
  readonly onlineCores: number | undefined
  /** Over one minute, of all programs. */
  readonly load: number | undefined
  /** Cores that the scheduler leaves alone, such as `2-3`; empty: none. */
  readonly isolated: string | undefined
  /** Cores without a timer tick; empty: none. Undefined where the kernel cannot do it. */
  readonly nohzFull: string | undefined
  /** Frequency governors of the cores, each once. */
  readonly governors: readonly string[]
  /** States deeper than polling that are not disabled. */
  readonly idleStates: readonly IdleState[]
  readonly clockSource: string | undefined
  readonly clockSources: readonly string[]
  readonly cgroup: CgroupLimit | undefined
  /** `net.core.rmem_max`. */
  readonly receiveLimitBytes: number | undefined
  /** Microseconds; 0: off. */
  readonly busyPollUs: number | undefined
  readonly busyReadUs: number | undefined
  /** Those with hardware, or a hypervisor's, behind them. */
  readonly networkCards: readonly NetworkCard[]
  readonly isIrqbalanceRunning: boolean
  /** `always`, `madvise` or `never`. */
  readonly hugepages: string | undefined
  readonly sharedMemory: { readonly sizeBytes: number; readonly freeBytes: number } | undefined
  readonly memory:
    | {
        readonly totalBytes: number
        readonly availableBytes: number
        readonly swapTotalBytes: number
        readonly swapUsedBytes: number
      }
    | undefined
  /** Share of the last ten seconds in which some program waited for memory, percent. */
  readonly memoryPressurePercent: number | undefined
  readonly numaNodes: number
  /** Since the machine was started, all cores together. */
  readonly processorTime: ProcessorTime | undefined
}

const CPU = '/sys/devices/system/cpu'
const CLOCK = '/sys/devices/system/clocksource/clocksource0'
const NONE = '(null)'

/** Looks at everything once. */
export function readHostFacts(host: HostReader): HostFacts {
  return {
    usableCores: host.usableCores(),
    onlineCores: countOf(host.read(`${CPU}/online`)),
    load: numberOf(host.read('/proc/loadavg')?.split(' ')[0]),
    isolated: host.read(`${CPU}/isolated`),
    nohzFull: host.read(`${CPU}/nohz_full`)?.replace(NONE, ''),
    governors: readGovernors(host),
    idleStates: readIdleStates(host),
    clockSource: host.read(`${CLOCK}/current_clocksource`),
    clockSources: host.read(`${CLOCK}/available_clocksource`)?.split(/\s+/) ?? [],
    cgroup: readCgroupLimit(host),
    receiveLimitBytes: numberOf(host.read('/proc/sys/net/core/rmem_max')),
    busyPollUs: numberOf(host.read('/proc/sys/net/core/busy_poll')),
    busyReadUs: numberOf(host.read('/proc/sys/net/core/busy_read')),
    networkCards: readNetworkCards(host),
    isIrqbalanceRunning: isRunning('irqbalance', host),
    hugepages: /\[(\w+)\]/.exec(host.read('/sys/kernel/mm/transparent_hugepage/enabled') ?? '')?.[1],
    sharedMemory: host.room('/dev/shm'),
    memory: readMemory(host),
    memoryPressurePercent: numberOf(
      /^some avg10=([\d.]+)/m.exec(host.read('/proc/pressure/memory') ?? '')?.[1],
    ),
    numaNodes: countOf(host.read('/sys/devices/system/node/online')) ?? 1,
    processorTime: readProcessorTime(host),
  }
}

/** How many numbers a list such as `0-3,8` names. */
export function countOf(list: string | undefined): number | undefined {
  if (list === undefined || list === '') return undefined
  const parts = list.split(',').map((part) => part.split('-').map(Number))
  return parts.reduce((sum, [first = NaN, last = first]) => sum + last - first + 1, 0)
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}

function readGovernors(host: HostReader): readonly string[] {
  const cores = host.list(CPU).filter((name) => /^cpu\d+$/.test(name))
  const governors = cores.flatMap((core) => host.read(`${CPU}/${core}/cpufreq/scaling_governor`) ?? [])
  return [...new Set(governors)].sort()
}

/** Those of the first core. */
function readIdleStates(host: HostReader): readonly IdleState[] {
  const folder = `${CPU}/cpu0/cpuidle`
  return host
    .list(folder)
    .filter((name) => /^state\d+$/.test(name))
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
    .flatMap((state) => {
      const name = host.read(`${folder}/${state}/name`)
      const exitUs = numberOf(host.read(`${folder}/${state}/latency`)) ?? 0
      const isDisabled = host.read(`${folder}/${state}/disable`) === '1'
      return name === undefined || isDisabled || exitUs === 0 ? [] : [{ name, exitUs }]
    })
}

function isRunning(command: string, host: HostReader): boolean {
  return host.list('/proc').some((name) => /^\d+$/.test(name) && host.read(`/proc/${name}/comm`) === command)
}

function readMemory(host: HostReader): HostFacts['memory'] {
  const text = host.read('/proc/meminfo')
  if (text === undefined) return undefined
  const bytesOf = (name: string): number =>
    Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1_024
  const swapTotalBytes = bytesOf('SwapTotal')
  return {
    totalBytes: bytesOf('MemTotal'),
    availableBytes: bytesOf('MemAvailable'),
    swapTotalBytes,
    swapUsedBytes: swapTotalBytes - bytesOf('SwapFree'),
  }
}

/** The line of all cores: user, nice, system, idle, iowait, irq, softirq, steal; what guests used is in user already. */
function readProcessorTime(host: HostReader): ProcessorTime | undefined {
  const line = /^cpu +(.*)$/m.exec(host.read('/proc/stat') ?? '')?.[1]
  const times = line?.split(' ').slice(0, 8).map(Number)
  const stolenTicks = times?.[7]
  if (!times || stolenTicks === undefined || times.some((time) => !(time >= 0))) return undefined
  return { ticks: times.reduce((sum, time) => sum + time, 0), stolenTicks }
}
