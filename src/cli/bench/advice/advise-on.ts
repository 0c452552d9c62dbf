import type { Advice, Findings } from './advice.ts'
import { MEMORY_RULES } from './memory-advice.ts'
import { NETWORK_RULES } from './network-advice.ts'
import { PROCESSOR_RULES } from './processor-advice.ts'

const ORDER = { do: 0, consider: 1, leave: 2 } as const

/** What holds on this machine, the most pressing first. */
export function adviseOn(findings: Findings): readonly Advice[] {
  return [...NETWORK_RULES, ...PROCESSOR_RULES, ...MEMORY_RULES]
    .flatMap((rule) => rule(findings) ?? [])
    .sort((a, b) => ORDER[a.kind] - ORDER[b.kind])
}
