import { SharedMemory } from '../../posix/shared-memory.ts'
import { QtxError } from '../../errors.ts'
import { RING } from '../../wire/order-ring-layout.ts'
import type { Logger } from '../../common/log.ts'

const GROUP_OR_WORLD_ACCESS = 0o066

/**
 * Opens the order manager's segment, checks what it is and who may read it, and takes its lock.
 * @throws QtxError `QTX_SHM_MISSING`, `QTX_SHM_ACCESS`, `QTX_SHM_SIZE`, `QTX_SHM_LOCKED`.
 */
export function openOrderSegment(name: string, logger: Logger): SharedMemory {
  const memory = SharedMemory.open(name, RING.LENGTH_BYTES)
  try {
    warnOfExposure(memory, logger)
    takeLock(memory)
    return memory
  } catch (error) {
    memory.close()
    throw error
  }
}

function warnOfExposure(memory: SharedMemory, logger: Logger): void {
  const { mode, ownerUid } = memory.facts
  const segment = memory.name
  if ((mode & GROUP_OR_WORLD_ACCESS) !== 0) {
    logger.warn(
      { segment, mode: `0${mode.toString(8)}` },
      'other users of this machine can read or write the order segment: the API key, the secret and all orders pass through it; let the order manager create it with mode 0600',
    )
  }
  const uid = process.getuid?.()
  if (uid !== undefined && ownerUid !== uid) {
    logger.warn(
      { segment, ownerUid, uid },
      'the order segment belongs to another user, who can read the API key and secret that pass through it',
    )
  }
}

function takeLock(memory: SharedMemory): void {
  const holder = memory.lock()
  if (!holder) return
  throw new QtxError(
    'QTX_SHM_LOCKED',
    `the order ring ${memory.name} is in use by process ${holder.pid} (${holder.command})`,
    { details: { segment: memory.name, pid: holder.pid, command: holder.command } },
  )
}
