import { readFileSync, statfsSync } from 'node:fs'
import type { DoctorCheck } from './doctor-check.ts'
import { ok, skipped, warning } from './doctor-check.ts'

const OLDEST_NODE = [20, 19] as const
/** A burst of a second at 50,000 messages of 56 bytes, with what the kernel counts for each. */
const GOOD_BUFFER_BYTES = 16 * 1024 * 1024
/** The order ring and both stream rings, with room. */
const GOOD_SHM_BYTES = 16 * 1024 * 1024
const RECEIVE_LIMIT_FILE = '/proc/sys/net/core/rmem_max'
const SNMP_FILE = '/proc/net/snmp'

/** The machine and the process, without asking anybody else. */
export function checkHost(): readonly DoctorCheck[] {
  return [checkNode(), checkReceiveLimit(), checkUdpErrors(), checkSharedMemoryRoom()]
}

function checkNode(): DoctorCheck {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])
  const found = `Node ${process.versions.node} on ${process.platform} ${process.arch}`
  return isOld ? warning('node', found, `use Node ${OLDEST_NODE.join('.')} or newer`) : ok('node', found)
}

/** Reading datagrams late loses them once this much waits. */
function checkReceiveLimit(): DoctorCheck {
  const name = 'receive buffer limit'
  const limit = Number(readLine(RECEIVE_LIMIT_FILE))
  if (!Number.isFinite(limit)) return skipped(name, `${RECEIVE_LIMIT_FILE} is not there`)
  const found = `net.core.rmem_max is ${limit} bytes`
  if (limit >= GOOD_BUFFER_BYTES) return ok(name, found)
  return warning(name, found, `sysctl -w net.core.rmem_max=${GOOD_BUFFER_BYTES}, or run with CAP_NET_ADMIN`)
}

/** Of all programs since the machine was started. */
function checkUdpErrors(): DoctorCheck {
  const name = 'kernel drops'
  const rows = readText(SNMP_FILE)
    ?.split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(/\s+/))
  const [names, values] = rows ?? []
  const at = names?.indexOf('RcvbufErrors') ?? -1
  const dropped = Number(values?.[at])
  if (at < 0 || !Number.isFinite(dropped)) return skipped(name, `${SNMP_FILE} does not tell`)
  const found = `${dropped} UDP datagrams were dropped for want of buffer since the machine started, of all programs`
  if (dropped === 0) return ok(name, found)
  return warning(name, found, 'look at feedStatistics.kernelDrops of the connector; make the buffer larger')
}

function checkSharedMemoryRoom(): DoctorCheck {
  const name = '/dev/shm'
  try {
    const { bsize, blocks, bavail } = statfsSync('/dev/shm')
    const found = `${mebibytes(bsize * bavail)} of ${mebibytes(bsize * blocks)} free`
    if (bsize * blocks >= GOOD_SHM_BYTES) return ok(name, found)
    return warning(
      name,
      found,
      'a container gets more with --shm-size=64m; it must share the order manager’s /dev/shm',
    )
  } catch {
    return skipped(name, 'there is none: orders through shared memory need Linux')
  }
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1_048_576)} MiB`
}

function readLine(file: string): string | undefined {
  return readText(file)?.trim()
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
