import type { ConnectorClass } from './connector-class.ts'
import type { Override } from './connector-protocol.ts'

/**
 * Lists each member of the parent that a layer between it and `Layered` replaced. Where several did, the outermost
 * is in force; what it replaces is the next one inward.
 */
export function describeOverrides(Layered: ConnectorClass, parentClass: ConnectorClass): readonly Override[] {
  const overrides = new Map<string, Override>()
  for (const layer of classesBetween(Layered, parentClass)) {
    for (const member of Object.getOwnPropertyNames(layer.prototype)) {
      if (member === 'constructor' || overrides.has(member)) continue
      const replaced = ownerOf(member, Object.getPrototypeOf(layer.prototype) as object | null)
      if (replaced) overrides.set(member, { member, layer: layer.name, replaces: replaced })
    }
  }
  return [...overrides.values()].sort((a, b) => a.member.localeCompare(b.member))
}

function classesBetween(outermost: ConnectorClass, parentClass: ConnectorClass): ConnectorClass[] {
  const classes: ConnectorClass[] = []
  let Class = outermost
  while (Class !== parentClass) {
    classes.push(Class)
    Class = Object.getPrototypeOf(Class) as ConnectorClass
  }
  return classes
}

/** The name of the nearest class that has the member, from this prototype on. */
function ownerOf(member: string, prototype: object | null): string | undefined {
  for (let owner = prototype; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    if (Object.hasOwn(owner, member)) return owner.constructor.name
  }
  return undefined
}
