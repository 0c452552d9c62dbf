import { QtxError } from '../errors.ts'
import type { LoadConfigOptions } from './config-file.ts'
import type { QtxConnectorConfig } from './connector-config.ts'

/**
 * Reads a connector's configuration from a YAML file. Secrets are references, `{ env: NAME }` or `{ file: PATH }`.
 * @throws QtxError `QTX_CONFIG_INVALID`, naming every problem with its line.
 */
export async function loadConnectorConfig(
  file: string,
  options: LoadConfigOptions = {},
): Promise<QtxConnectorConfig> {
  // Most programs have no such file, and reading YAML costs as much to load as half of the connector.
  const { checkConfigFile, describeProblem } = await import('./config-file.ts')
  const { config, problems } = checkConfigFile(file, options)
  if (config) return config
  throw new QtxError('QTX_CONFIG_INVALID', `${file} is not valid`, {
    details: { file, problems },
    remedy: problems.map((problem) => describeProblem(file, problem)).join(' '),
  })
}
