import type { HostReader } from './host-reader.ts'

/** A network interface with a device behind it. */
export interface NetworkCard {
  readonly name: string
  /** Undefined where the machine has one node only, or does not tell. */
  readonly numaNode: number | undefined
  /** Its interrupts, and the cores that each may go to. */
  readonly interrupts: readonly { readonly number: number; readonly cores: string }[]
}

const NETWORK = '/sys/class/net'

/** Cards, real or a hypervisor's, not the loopback and not a container's own. */
export function readNetworkCards(host: HostReader): readonly NetworkCard[] {
  return host.list(NETWORK).flatMap((name) => {
    const device = `${NETWORK}/${name}/device`
    if (host.list(device).length === 0) return []
    // A paravirtual card's device hangs below the one on the bus.
    const onBus = host.list(`${device}/msi_irqs`).length > 0 ? device : `${device}/..`
    const node = Number(host.read(`${device}/numa_node`) ?? host.read(`${onBus}/numa_node`) ?? -1)
    return [{ name, numaNode: node >= 0 ? node : undefined, interrupts: readInterrupts(onBus, name, host) }]
  })
}

/** Those that the device lists itself, else those that carry the interface's name. */
function readInterrupts(onBus: string, name: string, host: HostReader): NetworkCard['interrupts'] {
  const listed = host.list(`${onBus}/msi_irqs`)
  const named = (host.read('/proc/interrupts') ?? '')
    .split('\n')
    .filter((line) => line.split(/[\s,@]+/).some((word) => word === name || word.startsWith(`${name}-`)))
    .map((line) => line.trim().split(':')[0] ?? '')
  return (listed.length > 0 ? listed : named)
    .map(Number)
    .filter((number) => Number.isInteger(number))
    .sort((a, b) => a - b)
    .flatMap((number) => {
      const cores = host.read(`/proc/irq/${number}/smp_affinity_list`)
      return cores === undefined ? [] : [{ number, cores }]
    })
}
