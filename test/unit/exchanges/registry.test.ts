import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { EXCHANGE_REGISTRY } from '../../../src/exchanges/registry.ts'
import { loadCcxtClass } from '../../../src/exchanges/ccxt-module.ts'
import { EXCHANGE_BACKENDS } from '../../../src/wire/symbol-names.ts'

describe('exchange registry', () => {
  test('every backend has a row whose class can be constructed without opening anything', async () => {
    for (const backend of EXCHANGE_BACKENDS) {
      const row = EXCHANGE_REGISTRY[backend]
      const Parent = await row.load()
      expect(Parent.name).toBe(`${row.displayName}PerpetualDerivative`)
      expect(new Parent({ tradingPairs: ['BTC-USDT'] }).name).toContain('perpetual')
    }
  })

  test('loading a parent’s class does not load ccxt', () => {
    const registry = new URL('../../../src/exchanges/registry.ts', import.meta.url).href
    // ccxt takes tens of megabytes of heap.
    const script = `
      const before = process.memoryUsage().heapUsed
      const { EXCHANGE_REGISTRY } = await import(${JSON.stringify(registry)})
      const Parent = await EXCHANGE_REGISTRY.binance.load()
      new Parent({ tradingPairs: ['BTC-USDT'] })
      globalThis.gc()
      console.log(JSON.stringify({ name: Parent.name, grownMb: (process.memoryUsage().heapUsed - before) / 1e6 }))
    `
    const output = execFileSync(
      process.execPath,
      ['--expose-gc', '--import', 'tsx', '--input-type=module', '--eval', script],
      { encoding: 'utf8', cwd: new URL('../../../', import.meta.url) },
    )
    const { name, grownMb } = JSON.parse(output) as { readonly name: string; readonly grownMb: number }
    expect(name).toBe('BinancePerpetualDerivative')
    expect(grownMb).toBeLessThan(5)
  })

  test('an exchange that ccxt does not have is named', async () => {
    await expect(loadCcxtClass('no-such-exchange')).rejects.toMatchObject({
      code: 'QTX_EXCHANGE_UNSUPPORTED',
    })
  })
})
