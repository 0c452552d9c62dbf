import type { ConnectorClass } from '../connector-class.ts'
import { QTX_CONNECTOR } from '../connector-protocol.ts'

/** The connector's own name, so that nothing kept under the parent's is mistaken for its own; and the brand. */
export function withQtxIdentity(Parent: ConnectorClass): ConnectorClass {
  abstract class QtxIdentity extends Parent {
    get [QTX_CONNECTOR](): true {
      return true
    }

    override get name(): string {
      return `qtx_${super.name}`
    }
  }
  return QtxIdentity
}
