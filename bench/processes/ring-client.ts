/**
 * Orders through `QtxSharedMemoryManager`, one after the other: `ring-client.ts NAME SPIN_US WARM_UP COUNT`. Prints the
 * round trips' percentiles, microseconds.
 */
import { RingOrders } from '../../src/cli/bench/processes/ring-orders.ts'
import { percentilesOf } from '../../src/cli/bench/percentiles.ts'
import { answer } from '../../src/cli/bench/processes/command-lines.ts'

const [name, spinUs, warmUp, count] = process.argv.slice(2)
const orders = await RingOrders.open(name!, Number(spinUs))
for (let i = 0; i < Number(warmUp); i++) await orders.place()
const us = new Float64Array(Number(count))
for (let i = 0; i < us.length; i++) us[i] = await orders.timePlace()
await orders.close()
answer(percentilesOf(us))
