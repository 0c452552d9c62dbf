import type { HostReader } from './host-reader.ts'

/** How much processor time the group of this process may use. */
export interface CgroupLimit {
  /** Cores' worth of time in each period; 1.5 is one and a half cores. */
  readonly cores: number
  readonly periodMs: number
  /** How often the group was stopped until the next period, since it was made. */
  readonly throttled: number
}

const ROOT = '/sys/fs/cgroup'

/** The tightest limit from this process's group upwards; undefined where nothing is limited. */
export function readCgroupLimit(host: HostReader): CgroupLimit | undefined {
  const groups = (host.read('/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'))
  // Hierarchy 0 is version 2; of version 1 the controller is named.
  const unified = groups.find(([hierarchy]) => hierarchy === '0')?.[2] ?? '/'
  const legacy = groups.find(([, controllers]) => controllers?.split(',').includes('cpu'))?.[2] ?? '/'
  const limits = [
    ...foldersOf(ROOT, unified).map((folder) => readUnified(folder, host)),
    ...foldersOf(`${ROOT}/cpu`, legacy).map((folder) => readLegacy(folder, host)),
  ]
  return limits
    .filter((limit) => limit !== undefined)
    .reduce<CgroupLimit | undefined>((a, b) => (a && a.cores <= b.cores ? a : b), undefined)
}

/** A folder and those above it, up to the root: in a container the path may not be there, and the root is its own. */
function foldersOf(root: string, path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '..')
  return Array.from({ length: names.length + 1 }, (_, i) => [root, ...names.slice(0, i)].join('/'))
}

function readUnified(folder: string, host: HostReader): CgroupLimit | undefined {
  const [quota, period] = host.read(`${folder}/cpu.max`)?.split(' ') ?? []
  return limitOf(quota, period, folder, host)
}

function readLegacy(folder: string, host: HostReader): CgroupLimit | undefined {
  return limitOf(
    host.read(`${folder}/cpu.cfs_quota_us`),
    host.read(`${folder}/cpu.cfs_period_us`),
    folder,
    host,
  )
}

function limitOf(
  quota: string | undefined,
  period: string | undefined,
  folder: string,
  host: HostReader,
): CgroupLimit | undefined {
  const quotaUs = Number(quota)
  const periodUs = Number(period)
  // `max`, -1, or not there.
  if (!(quotaUs > 0) || !(periodUs > 0)) return undefined
  const throttled = /^nr_throttled (\d+)/m.exec(host.read(`${folder}/cpu.stat`) ?? '')?.[1]
  return { cores: quotaUs / periodUs, periodMs: periodUs / 1_000, throttled: Number(throttled ?? 0) }
}
