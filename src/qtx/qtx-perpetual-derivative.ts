import type { QtxConnectorConfigInput } from '../config/connector-config.ts'
import { isQtxConnector, type QtxConnector } from './connector-protocol.ts'
import {
  ConnectorClassFactory,
  type ConnectorClassOptions,
  type ConnectorRuntime,
  type QtxConnectorClass,
} from './create-connector-class.ts'
import type { QtxConnectorClassConfigInput } from '../config/connector-config.ts'

/** The process's own factory: that one configuration gives one class is a promise to the whole process. */
const factory = new ConnectorClassFactory()

/** As `ConnectorClassFactory.createClass`, of the process's own factory. */
export function createQtxConnectorClass(
  config: QtxConnectorClassConfigInput,
  options?: ConnectorClassOptions,
): Promise<QtxConnectorClass> {
  return factory.createClass(config, options)
}

/** As `ConnectorClassFactory.create`, of the process's own factory. */
export function createQtxConnector(
  config: QtxConnectorConfigInput,
  options?: ConnectorClassOptions & ConnectorRuntime,
): Promise<QtxConnector> {
  return factory.create(config, options)
}

/**
 * The façade under the original's name. It has no instances of its own: `create` makes a connector that extends the
 * exchange's, and `instanceof QtxPerpetualDerivative` holds for every connector that was made so.
 */
export abstract class QtxPerpetualDerivative {
  private constructor() {
    // Nothing to construct: the connector's class is made at run time.
  }

  /**
   * Makes a connector from the original's flat options; it is not started.
   * @throws QtxError `QTX_CONFIG_INVALID`, `QTX_CREDENTIALS_MISSING`.
   */
  static create(
    config: QtxConnectorConfigInput,
    options?: ConnectorClassOptions & ConnectorRuntime,
  ): Promise<QtxConnector> {
    return createQtxConnector(config, options)
  }

  static [Symbol.hasInstance](value: unknown): value is QtxConnector {
    return isQtxConnector(value)
  }
}
