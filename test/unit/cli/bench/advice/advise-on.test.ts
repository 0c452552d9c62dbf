import { describe, expect, it } from 'vitest'
import type { Advice } from '../../../../../src/cli/bench/advice/advice.ts'
import { adviseOn } from '../../../../../src/cli/bench/advice/advise-on.ts'
import type { HostFacts } from '../../../../../src/cli/bench/advice/host-facts.ts'
import type { BenchResults, FeedMode } from '../../../../../src/cli/bench/bench-results.ts'
import { factsOf } from './made-host.ts'

const CPU = '/sys/devices/system/cpu'
const CLOCK = '/sys/devices/system/clocksource/clocksource0'
const MEBIBYTE = 1_048_576
const ASKED_BYTES = 16 * MEBIBYTE

/** Latencies and sockets as measured on a good machine, with changes. */
function measured(changes: {
  readonly p50Us?: Partial<Record<FeedMode, number>>
  readonly lost?: Partial<Record<FeedMode, number>>
  readonly bufferBytes?: Partial<Record<FeedMode, number>>
  readonly kernelDrops?: Partial<Record<FeedMode, number>>
}): BenchResults {
  const modes: FeedMode[] = ['default', 'busyPoll', 'dgram']
  return {
    feed: {
      drain: [],
      latency: modes.map((mode) => ({
        mode,
        perSecond: 10_000,
        sentPerSecond: 10_000,
        sent: 1_000,
        received: 1_000 - (changes.lost?.[mode] ?? 0),
        p50Us: changes.p50Us?.[mode] ?? 20,
        p90Us: 30,
        p99Us: 60,
        isBookKept: true,
      })),
      sockets: modes.map((mode) => ({
        mode,
        receiver: mode === 'dgram' ? 'dgram' : 'recvmmsg',
        receiveBufferBytes: changes.bufferBytes?.[mode] ?? 2 * ASKED_BYTES,
        askedBufferBytes: ASKED_BYTES,
        kernelDrops: mode === 'dgram' ? null : (changes.kernelDrops?.[mode] ?? 0),
      })),
    },
  }
}

function machine(pauses: number, preemptions: number, clockReadNs = 25): BenchResults {
  return {
    machine: { seconds: 1, pauses, longestPauseMs: pauses > 0 ? 12.5 : 0.1, preemptions, clockReadNs },
  }
}

function advise(after: HostFacts, results: BenchResults = {}, before = after): readonly Advice[] {
  return adviseOn({ before, after, results })
}

/** The only advice that such a machine gets. */
function only(after: HostFacts, results: BenchResults = {}, before = after): Advice {
  const advice = advise(after, results, before)
  expect(advice.map(({ name }) => name)).toHaveLength(1)
  return advice[0]!
}

describe('a machine that needs no tuning', () => {
  it('gets no advice', () => {
    expect(advise(factsOf(), { ...measured({}), ...machine(0, 3) })).toEqual([])
  })

  it('gets none either when nothing was measured', () => {
    expect(advise(factsOf())).toEqual([])
  })
})

describe('the receive buffer', () => {
  const limited = factsOf({ '/proc/sys/net/core/rmem_max': '212992' })

  it('that was cut to the system’s limit is to be allowed', () => {
    const results = measured({ bufferBytes: { default: 425_984, busyPoll: 425_984, dgram: 425_984 } })
    expect(only(limited, results)).toMatchObject({
      name: 'receive buffer',
      kind: 'do',
      found: expect.stringContaining('net.core.rmem_max is 212,992, granted: default 212,992') as string,
      remedy: expect.stringContaining('sysctl -w net.core.rmem_max=16777216') as string,
    })
  })

  it('that only dgram did not get matters to dgram only', () => {
    const advice = only(limited, measured({ bufferBytes: { dgram: 425_984 } }))
    expect(advice).toMatchObject({
      kind: 'consider',
      remedy: expect.stringContaining('only dgram') as string,
    })
  })

  it('that was granted past the limit is no matter', () => {
    expect(advise(limited, measured({}))).toEqual([])
  })

  it('is judged by the limit where receiving was not measured', () => {
    expect(only(limited)).toMatchObject({ name: 'receive buffer', kind: 'do' })
  })

  it('can be too small where the limit is not to be seen, as in a container', () => {
    const hidden = factsOf({ '/proc/sys/net/core/rmem_max': undefined })
    const results = measured({ bufferBytes: { default: 425_984, busyPoll: 425_984, dgram: 425_984 } })
    expect(only(hidden, results).found).toContain('not to be seen here')
  })
})

describe('losses', () => {
  it('of the kernel are told with their count', () => {
    const advice = only(factsOf(), measured({ kernelDrops: { default: 1_234 }, lost: { default: 400 } }))
    expect(advice).toMatchObject({ name: 'lost datagrams', kind: 'do' })
    expect(advice.found).toBe('default 1,234 dropped by the kernel; default at 10,000/s lost 400 of 1,000')
  })

  it('of dgram alone are a reason to stay with the default', () => {
    expect(only(factsOf(), measured({ lost: { dgram: 7 } }))).toMatchObject({
      kind: 'consider',
      remedy: expect.stringContaining('stay with the default receiver') as string,
    })
  })
})

describe('processor time', () => {
  const quota = (throttled: number): HostFacts =>
    factsOf({
      '/sys/fs/cgroup/cpu.max': '150000 100000',
      '/sys/fs/cgroup/cpu.stat': `nr_throttled ${throttled}`,
    })

  it('that is limited is told, and how often it ran out meanwhile', () => {
    expect(only(quota(9), {}, quota(4))).toMatchObject({
      name: 'processor quota',
      kind: 'do',
      found:
        'this process’s group may use 1.5 cores in each 100 ms, and was stopped 5 times while this measured',
    })
    expect(only(quota(9))).toMatchObject({ kind: 'consider' })
  })

  it('that others use is told, because the numbers are theirs too', () => {
    const busy = factsOf({ '/proc/loadavg': '6.50 3.00 2.00 3/200 99' })
    expect(only(busy)).toMatchObject({
      name: 'other programs',
      kind: 'do',
      found: expect.stringContaining('6.5 on 8 cores') as string,
    })
    expect(advise(factsOf(), {}, factsOf()).map(({ name }) => name)).not.toContain('other programs')
  })

  it('that the hypervisor took is told as a share, and not when it is next to nothing', () => {
    const later = (stolen: number): HostFacts =>
      factsOf({ '/proc/stat': `cpu  2000 0 2000 ${16_000 - stolen} 0 0 0 ${stolen} 0 0` })
    expect(only(later(500), {}, factsOf())).toMatchObject({
      name: 'stolen time',
      found: expect.stringContaining('5.0 %') as string,
    })
    expect(advise(later(5), {}, factsOf())).toEqual([])
  })
})

describe('pauses of the machine', () => {
  it('while other programs had the core are the scheduler’s', () => {
    expect(only(factsOf(), machine(14, 160))).toMatchObject({
      name: 'the machine’s own pauses',
      found:
        '14 over 1 ms in 1.0 s of doing nothing, the longest 12.5 ms; the kernel gave the core to others 160 times',
      remedy: expect.stringContaining('isolcpus=') as string,
    })
  })

  it('without that are the hypervisor’s or the firmware’s', () => {
    expect(only(factsOf(), machine(14, 0)).remedy).toContain('SMI')
  })

  it('that are rare are no matter', () => {
    expect(advise(factsOf(), { machine: { ...machine(1, 0).machine!, seconds: 2 } })).toEqual([])
  })
})

describe('cores', () => {
  it('that slow down between messages are named with their governor', () => {
    const advice = only(factsOf({ [`${CPU}/cpu1/cpufreq/scaling_governor`]: 'powersave' }))
    expect(advice).toMatchObject({
      name: 'frequency governor',
      kind: 'do',
      found: expect.stringContaining('powersave') as string,
      remedy: 'cpupower frequency-set -g performance',
    })
  })

  it('that may sleep deeply are named with how long they take to wake up', () => {
    const advice = only(factsOf({ [`${CPU}/cpu0/cpuidle/state2/disable`]: '0' }))
    expect(advice).toMatchObject({
      name: 'idle states',
      found: expect.stringContaining('133 µs (C6)') as string,
      remedy: expect.stringContaining('/dev/cpu_dma_latency') as string,
    })
  })

  it('that are few are no place for who never sleeps', () => {
    const two = factsOf(
      { [`${CPU}/online`]: '0-1', [`${CPU}/isolated`]: '', [`${CPU}/nohz_full`]: '' },
      { cores: 2 },
    )
    expect(only(two, measured({ p50Us: { busyPoll: 3_900, default: 20 } }))).toMatchObject({
      name: 'cores',
      kind: 'leave',
      found: '2 cores for this process; p50 was 3.9 ms busy polling, 20 µs by default',
    })
    const one = factsOf({ [`${CPU}/online`]: '0', [`${CPU}/isolated`]: '' }, { cores: 1 })
    expect(only(one)).toMatchObject({ kind: 'do', found: '1 core for this process' })
  })

  it('that are many are worth busy polling where it was faster, and only there', () => {
    expect(only(factsOf(), measured({ p50Us: { busyPoll: 5, default: 20 } }))).toMatchObject({
      name: 'busy polling',
      kind: 'consider',
      remedy: 'feedBusyPoll: true, and a core of its own: taskset -c 7 node …',
    })
    expect(advise(factsOf(), measured({ p50Us: { busyPoll: 19, default: 20 } }))).toEqual([])
    expect(advise(factsOf(), measured({ p50Us: { busyPoll: NaN, default: 20 } }))).toEqual([])
  })

  it('that none was isolated of, are told with the kernel’s command line', () => {
    expect(only(factsOf({ [`${CPU}/isolated`]: '', [`${CPU}/nohz_full`]: '' }))).toMatchObject({
      name: 'isolated cores',
      kind: 'consider',
      found: 'no core is isolated, none is without the timer tick',
      remedy:
        'on the kernel’s command line: isolcpus=managed_irq,domain,6-7 nohz_full=6-7 rcu_nocbs=6-7; then move the connector’s main thread there: taskset -cp 6 <pid>',
    })
  })

  it('that are isolated and still tick are told those cores', () => {
    const advice = only(factsOf({ [`${CPU}/isolated`]: '2-3', [`${CPU}/nohz_full`]: '' }))
    expect(advice.remedy).toContain('nohz_full=2-3')
  })

  it('are not told of a tickless kernel where the kernel cannot do it', () => {
    const facts = factsOf({ [`${CPU}/isolated`]: '', [`${CPU}/nohz_full`]: undefined })
    expect(only(facts).remedy).not.toContain('nohz_full')
  })

  it('of several memory nodes are to be those of the card', () => {
    const facts = factsOf({
      '/sys/devices/system/node/online': '0-1',
      '/sys/class/net/eth0/device/numa_node': '1',
    })
    expect(only(facts)).toMatchObject({
      name: 'memory nodes',
      found: '2 NUMA nodes, eth0 is on node 1',
      remedy: expect.stringContaining('numactl --cpunodebind=1') as string,
    })
  })
})

describe('the clock', () => {
  it('that is read by a system call is to be changed, where there is another', () => {
    const slow = factsOf({ [`${CLOCK}/current_clocksource`]: 'hpet' })
    expect(only(slow, machine(0, 0, 640))).toMatchObject({
      name: 'clock source',
      kind: 'do',
      found: 'hpet, a reading costs 640 ns; every message reads the clock',
      remedy: expect.stringContaining('echo tsc >') as string,
    })
  })

  it('of a hypervisor that is quick may stay', () => {
    const virtual = factsOf({
      [`${CLOCK}/current_clocksource`]: 'kvm-clock',
      [`${CLOCK}/available_clocksource`]: 'kvm-clock acpi_pm',
    })
    expect(only(virtual, machine(0, 0, 45))).toMatchObject({
      kind: 'consider',
      remedy: expect.stringContaining('tsc is not offered here') as string,
    })
  })

  it('of another architecture is that architecture’s own', () => {
    expect(advise(factsOf({ [`${CLOCK}/current_clocksource`]: 'arch_sys_counter' }))).toEqual([])
  })
})

describe('the network', () => {
  it('card may be polled by the kernel where there is one', () => {
    const sleeping = { '/proc/sys/net/core/busy_poll': '0', '/proc/sys/net/core/busy_read': '0' }
    expect(only(factsOf(sleeping))).toMatchObject({
      name: 'kernel busy polling',
      kind: 'consider',
      remedy: expect.stringContaining('sysctl -w net.core.busy_poll=50 net.core.busy_read=50') as string,
    })
    const withoutCard = { ...sleeping, '/sys/class/net/eth0/device/msi_irqs/40': undefined }
    expect(advise(factsOf(withoutCard))).toEqual([])
  })

  it('card’s interrupts may be moved about by irqbalance', () => {
    expect(only(factsOf({ '/proc/812/comm': 'irqbalance' }))).toMatchObject({ name: 'irqbalance' })
  })

  it('card’s interrupts do not belong on isolated cores', () => {
    expect(only(factsOf({ '/proc/irq/40/smp_affinity_list': '0-7' }))).toMatchObject({
      name: 'interrupts on isolated cores',
      kind: 'do',
      found: 'eth0 interrupt 40 may go to 0-7; isolated are 6-7',
      remedy: 'echo 0,1,2,3,4,5 > /proc/irq/40/smp_affinity_list, and so on for each',
    })
  })
})

describe('memory', () => {
  it('for the rings that a container was not given is told', () => {
    const small = factsOf({}, { shm: { sizeBytes: 8 * MEBIBYTE, freeBytes: 8 * MEBIBYTE } })
    expect(only(small)).toMatchObject({
      name: '/dev/shm',
      remedy: expect.stringContaining('--shm-size=64m') as string,
    })
    const full = factsOf({}, { shm: { sizeBytes: 64 * MEBIBYTE, freeBytes: MEBIBYTE } })
    expect(only(full).remedy).toBe('look for what is left behind: ls -l /dev/shm')
  })

  const meminfo = (availableKb: number, swapKb: number, freeSwapKb: number): Record<string, string> => ({
    '/proc/meminfo': `MemTotal: 16000000 kB\nMemAvailable: ${availableKb} kB\nSwapTotal: ${swapKb} kB\nSwapFree: ${freeSwapKb} kB`,
  })

  it('that may be swapped out is worth a thought, that was swapped out more', () => {
    expect(only(factsOf(meminfo(12_000_000, 2_000_000, 2_000_000)))).toMatchObject({
      name: 'memory',
      kind: 'consider',
    })
    expect(only(factsOf(meminfo(12_000_000, 2_000_000, 1_000_000)))).toMatchObject({
      kind: 'do',
      remedy: expect.stringContaining('swapoff -a') as string,
    })
  })

  it('that is short, or waited for, is told without swap too', () => {
    expect(only(factsOf(meminfo(900_000, 0, 0)))).toMatchObject({ kind: 'do' })
    const pressed = factsOf({ '/proc/pressure/memory': 'some avg10=3.50 avg60=1 avg300=0 total=1' })
    expect(only(pressed).found).toContain('3.5 % of the last 10 s')
  })

  it('in large pages is left as it is', () => {
    const advice = only(factsOf({ '/sys/kernel/mm/transparent_hugepage/enabled': '[always] madvise never' }))
    expect(advice).toMatchObject({ name: 'transparent hugepages', kind: 'leave' })
  })
})

it('what costs something now is told first, what is to be left last', () => {
  const facts = factsOf({
    '/sys/kernel/mm/transparent_hugepage/enabled': '[always] madvise never',
    '/proc/812/comm': 'irqbalance',
    [`${CPU}/cpu0/cpufreq/scaling_governor`]: 'schedutil',
  })
  expect(advise(facts).map(({ kind }) => kind)).toEqual(['do', 'consider', 'leave'])
})
