import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Simulator } from '../../src/simulator/start-simulator.ts'

/** What a connector has to know of a simulator. */
export type SimulatorAddress = Pick<
  Simulator,
  'exchangeBackend' | 'feed' | 'sharedMemoryName' | 'exchangeEndpoints' | 'account'
>

/** A temporary folder with the configuration of a service, its secrets in files beside it. */
export class ServiceFiles implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'qtx-service-'))

  get configFile(): string {
    return join(this.folder, 'qtx.yaml')
  }

  get socketPath(): string {
    return join(this.folder, 'control.sock')
  }

  /** What every command is told. */
  get location(): readonly string[] {
    return ['--config', this.configFile, '--socket', this.socketPath]
  }

  /** Writes the configuration of a connector to that simulator. */
  configure(simulator: SimulatorAddress, changes: Readonly<Record<string, unknown>> = {}): string {
    const { exchangeBackend, feed, sharedMemoryName, exchangeEndpoints, account } = simulator
    const secrets = {
      key: account.apiKey,
      secret: account.apiSecret,
      passphrase: String(account.passphrase),
    }
    for (const [name, value] of Object.entries(secrets))
      writeFileSync(join(this.folder, name), value, { mode: 0o600 })
    const options = {
      exchangeBackend,
      qtxPerpetualHost: feed.host,
      qtxPerpetualPort: feed.port,
      qtxPlaceOrderSharedMemoryName: sharedMemoryName,
      exchangeApiKey: { file: 'key' },
      exchangeApiSecret: { file: 'secret' },
      exchangeApiPassphrase: { file: 'passphrase' },
      exchangeEndpoints,
      tradingPairs: ['BTC-USDT'],
      ...changes,
    }
    // JSON is YAML.
    writeFileSync(this.configFile, JSON.stringify(options))
    return this.configFile
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
