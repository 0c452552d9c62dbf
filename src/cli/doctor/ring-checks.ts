import { silentLogger } from '../../common/log.ts'
import type { QtxConnectorConfig } from '../../config/connector-config.ts'
import { SharedMemory } from '../../posix/shared-memory.ts'
import { QtxSharedMemoryManager } from '../../qtx/orders/shared-memory-manager.ts'
import { RING } from '../../wire/order-ring-layout.ts'
import { failed, ok, skipped, warning, type DoctorCheck } from './doctor-check.ts'

const OTHERS = 0o066
const ANSWER_TIMEOUT_MS = 5_000

/** The order manager's segment: what it is, who holds it, and whether the manager answers. */
export async function checkRing(config: QtxConnectorConfig): Promise<readonly DoctorCheck[]> {
  const name = config.qtxPlaceOrderSharedMemoryName
  if (name === undefined)
    return [skipped('order ring', 'none is configured: orders go by the exchange’s REST API')]
  let memory: SharedMemory
  try {
    memory = SharedMemory.open(name, RING.LENGTH_BYTES)
  } catch (error) {
    return [failed('order ring', error)]
  }
  const { sizeBytes, mode, ownerUid } = memory.facts
  const holder = memory.lock()
  memory.close()
  const facts = `${name}, ${sizeBytes} bytes, mode 0${mode.toString(8)}, of user ${ownerUid}`
  const segment =
    (mode & OTHERS) === 0
      ? ok('order ring', facts)
      : warning(
          'order ring',
          `${facts}: others can read or write it`,
          'the key, the secret and all orders pass through it: let the order manager create it with mode 0600',
        )
  if (holder) {
    const used = `process ${holder.pid} (${holder.command}) trades through it`
    return [segment, warning('order manager', used, 'stop that process first, if this one is to trade')]
  }
  return [segment, await checkManager(config, name)]
}

/** Hands the key over, as a connector does when it starts. */
async function checkManager(config: QtxConnectorConfig, sharedMemoryName: string): Promise<DoctorCheck> {
  const { exchangeBackend, exchangeApiKey: apiKey, exchangeApiSecret: apiSecret } = config
  if (apiKey === undefined || apiSecret === undefined) return skipped('order manager', 'it needs the keys')
  const manager = new QtxSharedMemoryManager({
    sharedMemoryName,
    exchangeBackend,
    apiKey,
    apiSecret,
    timeoutMs: ANSWER_TIMEOUT_MS,
    logger: silentLogger,
  })
  try {
    await manager.connect()
    const leftovers = manager.leftovers.length
    if (leftovers === 0) return ok('order manager', 'it answers, and takes the key')
    return warning(
      'order manager',
      `it answers, and takes the key; an earlier client left ${leftovers} requests without an answer`,
      'look their orders up on the exchange; a connector with a journal does it by itself',
    )
  } catch (error) {
    return failed('order manager', error)
  } finally {
    await manager.disconnect()
  }
}
