import { readHostFacts } from '../../../../../src/cli/bench/advice/host-facts.ts'
import type { HostFacts } from '../../../../../src/cli/bench/advice/host-facts.ts'
import type { HostReader } from '../../../../../src/cli/bench/advice/host-reader.ts'

export interface MadeHost {
  readonly files?: Readonly<Record<string, string>>
  readonly cores?: number
  readonly shm?: { readonly sizeBytes: number; readonly freeBytes: number }
}

const MEBIBYTE = 1_048_576

/** A tuned machine of eight cores with one card: there is nothing to say about it. */
export const GOOD_FILES: Readonly<Record<string, string>> = {
  '/sys/devices/system/cpu/online': '0-7',
  '/sys/devices/system/cpu/isolated': '6-7',
  '/sys/devices/system/cpu/nohz_full': '6-7',
  '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'performance',
  '/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor': 'performance',
  '/sys/devices/system/cpu/cpu0/cpuidle/state0/name': 'POLL',
  '/sys/devices/system/cpu/cpu0/cpuidle/state0/latency': '0',
  '/sys/devices/system/cpu/cpu0/cpuidle/state1/name': 'C1',
  '/sys/devices/system/cpu/cpu0/cpuidle/state1/latency': '2',
  '/sys/devices/system/cpu/cpu0/cpuidle/state2/name': 'C6',
  '/sys/devices/system/cpu/cpu0/cpuidle/state2/latency': '133',
  '/sys/devices/system/cpu/cpu0/cpuidle/state2/disable': '1',
  '/sys/devices/system/clocksource/clocksource0/current_clocksource': 'tsc',
  '/sys/devices/system/clocksource/clocksource0/available_clocksource': 'tsc hpet acpi_pm',
  '/sys/devices/system/node/online': '0',
  '/sys/fs/cgroup/cpu.max': 'max 100000',
  '/sys/class/net/eth0/device/msi_irqs/40': 'msi',
  '/sys/class/net/lo/address': '00:00:00:00:00:00',
  '/sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never',
  '/proc/irq/40/smp_affinity_list': '0-1',
  '/proc/self/cgroup': '0::/',
  '/proc/sys/net/core/rmem_max': '67108864',
  '/proc/sys/net/core/busy_poll': '50',
  '/proc/sys/net/core/busy_read': '50',
  '/proc/loadavg': '0.12 0.20 0.30 1/200 4321',
  '/proc/meminfo': 'MemTotal: 16000000 kB\nMemAvailable: 12000000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB',
  '/proc/pressure/memory': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0',
  '/proc/stat': 'cpu  1000 0 1000 8000 0 0 0 0 0 0\ncpu0 500 0 500 4000 0 0 0 0 0 0',
  '/proc/1/comm': 'systemd',
}

/** A machine that is made of files. */
export function madeReader({ files = {}, cores = 8, shm }: MadeHost): HostReader {
  return {
    read: (path) => files[path],
    list: (path) => [
      ...new Set(
        Object.keys(files)
          .filter((file) => file.startsWith(`${path}/`))
          .map((file) => file.slice(path.length + 1).split('/')[0]!),
      ),
    ],
    room: (path) => (path === '/dev/shm' ? shm : undefined),
    usableCores: () => cores,
  }
}

/** The facts of the tuned machine, with some files changed; an empty text takes the file away. */
export function factsOf(
  changes: Readonly<Record<string, string | undefined>> = {},
  host: MadeHost = {},
): HostFacts {
  const files: Record<string, string> = {}
  for (const [path, text] of Object.entries({ ...GOOD_FILES, ...changes })) {
    if (text !== undefined) files[path] = text
  }
  return readHostFacts(
    madeReader({
      files,
      cores: host.cores ?? 8,
      shm: host.shm ?? { sizeBytes: 8_192 * MEBIBYTE, freeBytes: 8_000 * MEBIBYTE },
    }),
  )
}
