import { SharedMemory } from '../../src/posix/shared-memory.ts'
import { acceptance, RingManager } from './ring-manager.ts'

/**
 * An order manager in a process of its own: creates the segment that its argument names, says `ready`, and answers
 * whatever it takes until it is told to stop. Orders get the exchange id 9 followed by their own.
 */
const name = process.argv[2]!
const memory = SharedMemory.create(name, RingManager.LENGTH_BYTES)
const manager = new RingManager(memory.buffer)
let running = true

function work(): void {
  for (let request = manager.take(); request; request = manager.take()) {
    const { mode, slot, clientOrderId } = request
    if (mode === 0n) manager.answer(slot, 'success')
    else
      manager.answer(slot, acceptance(clientOrderId, `9${clientOrderId}`, mode === 1n ? 'NEW' : 'CANCELED'))
  }
  if (running) setImmediate(work)
}

process.on('disconnect', () => {
  running = false
  SharedMemory.unlink(name)
})
work()
process.send?.('ready')
