import { formatNumber } from '../../terminal/numbers.ts'
import type { Advice, AdviceRule, Findings } from './advice.ts'

/** What shared and other memory of the machine means for the connector. */
export const MEMORY_RULES: readonly AdviceRule[] = [adviseSharedMemory, adviseMemory, adviseHugepages]

const MEBIBYTE = 1_048_576
/** The order ring and both stream rings, with room. */
const GOOD_SHM_BYTES = 16 * MEBIBYTE
const LITTLE_SHARE = 0.1
const PRESSURE_PERCENT = 1

function adviseSharedMemory({ after }: Findings): Advice | undefined {
  const room = after.sharedMemory
  if (!room || room.freeBytes >= GOOD_SHM_BYTES) return undefined
  return {
    name: '/dev/shm',
    kind: 'do',
    found: `${mebibytes(room.freeBytes)} of ${mebibytes(room.sizeBytes)} are free; the rings take up to ${mebibytes(GOOD_SHM_BYTES)}`,
    remedy:
      room.sizeBytes < GOOD_SHM_BYTES
        ? 'a container: --shm-size=64m, or the order manager’s own with --ipc=host; else mount -o remount,size=64m /dev/shm'
        : 'look for what is left behind: ls -l /dev/shm',
  }
}

function adviseMemory({ after }: Findings): Advice | undefined {
  const { memory, memoryPressurePercent: pressure = 0 } = after
  if (!memory) return undefined
  const { totalBytes, availableBytes, swapTotalBytes, swapUsedBytes } = memory
  const isShort = totalBytes > 0 && availableBytes < totalBytes * LITTLE_SHARE
  const isPressed = isShort || swapUsedBytes > 0 || pressure >= PRESSURE_PERCENT
  if (swapTotalBytes === 0 && !isPressed) return undefined
  const parts = [
    `${mebibytes(availableBytes)} of ${mebibytes(totalBytes)} available`,
    swapTotalBytes > 0 ? `swap is on, ${mebibytes(swapUsedBytes)} used` : undefined,
    pressure >= PRESSURE_PERCENT ? `programs waited for memory ${pressure} % of the last 10 s` : undefined,
  ]
  return {
    name: 'memory',
    kind: isPressed ? 'do' : 'consider',
    found: parts.filter((part) => part !== undefined).join(', '),
    remedy:
      swapTotalBytes > 0
        ? 'swapoff -a, or for the connector alone MemorySwapMax=0 in its systemd unit: a page that was swapped out comes back after milliseconds'
        : 'free some, or use a larger machine: the kernel takes pages of programs back before it runs out',
  }
}

/** Nothing on the hot paths is large enough, or allocated often enough. */
function adviseHugepages({ after }: Findings): Advice | undefined {
  if (after.hugepages !== 'always') return undefined
  return {
    name: 'transparent hugepages',
    kind: 'leave',
    found: 'transparent hugepages are always on',
    remedy:
      'leave it: the receive ring (4 MiB), the order ring (1 MiB) and the books are allocated once and stay in the caches; hugepages would save nothing that can be measured here',
  }
}

function mebibytes(bytes: number): string {
  return `${formatNumber(Math.floor(bytes / MEBIBYTE))} MiB`
}
