import { describe, expect, it } from 'vitest'
import { countOf, readHostFacts } from '../../../../../src/cli/bench/advice/host-facts.ts'
import { thisHost } from '../../../../../src/cli/bench/advice/host-reader.ts'
import { coresOf, lastCores } from '../../../../../src/cli/bench/advice/core-list.ts'
import { factsOf, madeReader } from './made-host.ts'

describe('what a machine tells', () => {
  it('is read from its files', () => {
    expect(factsOf()).toEqual({
      usableCores: 8,
      onlineCores: 8,
      load: 0.12,
      isolated: '6-7',
      nohzFull: '6-7',
      governors: ['performance'],
      idleStates: [{ name: 'C1', exitUs: 2 }],
      clockSource: 'tsc',
      clockSources: ['tsc', 'hpet', 'acpi_pm'],
      cgroup: undefined,
      receiveLimitBytes: 67_108_864,
      busyPollUs: 50,
      busyReadUs: 50,
      networkCards: [{ name: 'eth0', numaNode: undefined, interrupts: [{ number: 40, cores: '0-1' }] }],
      isIrqbalanceRunning: false,
      hugepages: 'madvise',
      sharedMemory: { sizeBytes: 8_589_934_592, freeBytes: 8_388_608_000 },
      memory: {
        totalBytes: 16_384_000_000,
        availableBytes: 12_288_000_000,
        swapTotalBytes: 0,
        swapUsedBytes: 0,
      },
      memoryPressurePercent: 0,
      numaNodes: 1,
      processorTime: { ticks: 10_000, stolenTicks: 0 },
    })
  })

  it('is left open where there are no such files, as elsewhere than on Linux', () => {
    const facts = readHostFacts(madeReader({ cores: 4 }))
    expect(facts).toMatchObject({ usableCores: 4, governors: [], networkCards: [], numaNodes: 1 })
    expect(facts.receiveLimitBytes).toBeUndefined()
    expect(facts.memory).toBeUndefined()
    expect(facts.cgroup).toBeUndefined()
    expect(facts.processorTime).toBeUndefined()
  })

  it('is left open where a file holds something else', () => {
    const facts = factsOf({
      '/proc/sys/net/core/rmem_max': 'many',
      '/proc/stat': 'cpu  x y z',
      '/proc/loadavg': '',
      '/sys/devices/system/cpu/nohz_full': '(null)',
    })
    expect(facts.receiveLimitBytes).toBeUndefined()
    expect(facts.processorTime).toBeUndefined()
    expect(facts.load).toBeUndefined()
    expect(facts.nohzFull).toBe('')
  })

  it('can be read of this very machine', () => {
    const facts = readHostFacts(thisHost)
    expect(facts.usableCores).toBeGreaterThan(0)
    if (process.platform === 'linux') expect(facts.memory?.totalBytes).toBeGreaterThan(0)
  })
})

describe('a quota of processor time', () => {
  it('is that of the own group, or of the tightest above it', () => {
    const facts = factsOf({
      '/proc/self/cgroup': '0::/kubepods/pod1/box',
      '/sys/fs/cgroup/kubepods/cpu.max': '800000 100000',
      '/sys/fs/cgroup/kubepods/pod1/cpu.max': '150000 100000',
      '/sys/fs/cgroup/kubepods/pod1/cpu.stat':
        'usage_usec 1\nnr_periods 50\nnr_throttled 12\nthrottled_usec 3',
      '/sys/fs/cgroup/kubepods/pod1/box/cpu.max': 'max 100000',
    })
    expect(facts.cgroup).toEqual({ cores: 1.5, periodMs: 100, throttled: 12 })
  })

  it('of version 1 is found by its controller', () => {
    const facts = factsOf({
      '/proc/self/cgroup': '9:name=systemd:/\n4:cpu,cpuacct:/docker/box\n0::/',
      '/sys/fs/cgroup/cpu/docker/box/cpu.cfs_quota_us': '50000',
      '/sys/fs/cgroup/cpu/docker/box/cpu.cfs_period_us': '100000',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
    })
    expect(facts.cgroup).toEqual({ cores: 0.5, periodMs: 100, throttled: 0 })
  })

  it('in a container, where the path is the host’s, is read at the root', () => {
    const facts = factsOf({ '/proc/self/cgroup': '0::/../box', '/sys/fs/cgroup/cpu.max': '200000 100000' })
    expect(facts.cgroup).toMatchObject({ cores: 2 })
  })
})

describe('network cards', () => {
  it('of a hypervisor keep their interrupts one level up, and tell their node there', () => {
    const { networkCards } = factsOf({
      '/sys/class/net/eth0/device/msi_irqs/40': undefined,
      '/sys/class/net/eth0/device/vendor': '0x1af4',
      '/sys/class/net/eth0/device/../msi_irqs/41': 'msix',
      '/sys/class/net/eth0/device/../msi_irqs/42': 'msix',
      '/sys/class/net/eth0/device/../numa_node': '1',
      '/proc/irq/41/smp_affinity_list': '0',
      '/proc/irq/42/smp_affinity_list': '1',
    })
    expect(networkCards).toEqual([
      {
        name: 'eth0',
        numaNode: 1,
        interrupts: [
          { number: 41, cores: '0' },
          { number: 42, cores: '1' },
        ],
      },
    ])
  })

  it('that list no interrupts are looked for by name, and another card’s are not theirs', () => {
    const { networkCards } = factsOf({
      '/sys/class/net/eth0/device/msi_irqs/40': undefined,
      '/sys/class/net/eth0/device/vendor': '0x8086',
      '/proc/interrupts':
        '       CPU0  CPU1\n 50:  1  2  PCI-MSI 1-edge  eth0-TxRx-0\n 51:  1  2  PCI-MSI 2-edge  eth01\n 52:  1  2  PCI-MSI 3-edge  eth0',
      '/proc/irq/50/smp_affinity_list': '3',
      '/proc/irq/51/smp_affinity_list': '3',
      '/proc/irq/52/smp_affinity_list': '2',
    })
    expect(networkCards[0]?.interrupts).toEqual([
      { number: 50, cores: '3' },
      { number: 52, cores: '2' },
    ])
  })
})

describe('a list of cores', () => {
  it('is counted, and spelled out', () => {
    expect([countOf('0-3,8'), countOf('0'), countOf(''), countOf(undefined)]).toEqual([
      5,
      1,
      undefined,
      undefined,
    ])
    expect(coresOf('2-3,0,3')).toEqual([0, 2, 3])
    expect(coresOf('')).toEqual([])
    expect([lastCores(8, 1), lastCores(8, 2)]).toEqual(['7', '6-7'])
  })
})
