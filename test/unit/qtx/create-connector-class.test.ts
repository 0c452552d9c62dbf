import { execFile } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { silentLogger, type Logger } from '../../../src/common/log.ts'
import { PerpetualDerivative } from '../../../src/connector/perpetual-derivative.ts'
import { EXCHANGE_REGISTRY, type ParentClass } from '../../../src/exchanges/registry.ts'
import { QtxError } from '../../../src/errors.ts'
import type { ConnectorClass, ConnectorPlugin } from '../../../src/qtx/connector-class.ts'
import { isQtxConnector } from '../../../src/qtx/connector-protocol.ts'
import { ConnectorClassFactory } from '../../../src/qtx/create-connector-class.ts'
import { QtxPerpetualDerivative } from '../../../src/qtx/qtx-perpetual-derivative.ts'
import { EXCHANGE_BACKENDS } from '../../../src/wire/symbol-names.ts'
import { ScriptedExchange } from '../../support/scripted-exchange.ts'

const CONFIG = {
  exchangeBackend: 'binance',
  qtxPerpetualHost: '127.0.0.1',
  qtxPerpetualPort: 8080,
  tradingPairs: ['BTC-USDT'],
  tradingRequired: false,
}
const QUIET = { logger: silentLogger }

/** A factory whose Binance is a scripted exchange, and how often that was loaded. */
function rig(Parent: unknown = ScriptedExchange) {
  let loadCount = 0
  const factory = new ConnectorClassFactory({
    ...EXCHANGE_REGISTRY,
    binance: {
      ...EXCHANGE_REGISTRY.binance,
      load: () => {
        loadCount++
        return Promise.resolve(Parent as ParentClass)
      },
    },
  })
  return { factory, loads: () => loadCount }
}

describe('the class', () => {
  test('Q1: extends the exchange’s, says which that is, and has a name of its own', async () => {
    const { factory } = rig()
    const Class = await factory.createClass(CONFIG, QUIET)
    expect(Class.name).toBe('QtxBinancePerpetualConnector')
    expect(Class.parentClass).toBe(ScriptedExchange)
    const connector = new Class(CONFIG, QUIET)
    expect(connector).toBeInstanceOf(Class)
    expect(connector).toBeInstanceOf(ScriptedExchange)
    expect(connector).toBeInstanceOf(PerpetualDerivative)
    expect(connector).toBeInstanceOf(QtxPerpetualDerivative)
    expect(isQtxConnector(connector)).toBe(true)
    expect(new ScriptedExchange()).not.toBeInstanceOf(QtxPerpetualDerivative)
  })

  test('Q5: its instances’ name holds the backend, and is not the parent’s', async () => {
    const { factory } = rig()
    const connector = await factory.create(CONFIG, QUIET)
    expect(connector.name).toBe('qtx_scripted_perpetual')
  })

  test('is announced once', async () => {
    const { factory } = rig()
    const said: string[] = []
    const logger: Logger = { ...silentLogger, info: (_fields, message) => said.push(message) }
    const Class = await factory.createClass(CONFIG, { logger })
    expect(await factory.createClass(CONFIG, { logger })).toBe(Class)
    expect(said).toEqual(['Creating dynamic class: QtxBinancePerpetualConnector'])
  })

  test('of the real registry is made without loading ccxt or sending anything', async () => {
    const Class = await new ConnectorClassFactory().createClass(CONFIG, QUIET)
    const connector = new Class(CONFIG, QUIET)
    expect(connector.name).toBe('qtx_binance_perpetual')
    expect(connector.networkStatus).toBe('stopped')
  })

  test('is constructed without calling anything that a plugin may override', async () => {
    const { factory } = rig()
    const called: string[] = []
    const watched: ConnectorPlugin = (Parent) => {
      abstract class Watched extends Parent {
        override get name(): string {
          called.push('name')
          return super.name
        }
        protected override checks() {
          called.push('checks')
          return super.checks()
        }
        protected override get marketDataNeedsNetwork(): boolean {
          called.push('marketDataNeedsNetwork')
          return super.marketDataNeedsNetwork
        }
        protected override get notFoundIsProofAfterMs(): number | undefined {
          called.push('notFoundIsProofAfterMs')
          return super.notFoundIsProofAfterMs
        }
      }
      return Watched
    }
    await factory.create(CONFIG, { ...QUIET, plugins: [watched] })
    expect(called).toEqual([])
  })
})

describe('one configuration, one class', () => {
  test('Q1: the same configuration gives the same class, in any letter case of the backend (Q2)', async () => {
    const { factory, loads } = rig()
    const Class = await factory.createClass(CONFIG, QUIET)
    expect(await factory.createClass({ ...CONFIG, exchangeBackend: 'BINANCE' }, QUIET)).toBe(Class)
    expect(await factory.createClass({ ...CONFIG, tradingPairs: ['ETH-USDT'] }, QUIET)).toBe(Class)
    expect(loads()).toBe(1)
  })

  test('created many times at once it is made once', async () => {
    const { factory, loads } = rig()
    const classes = await Promise.all(Array.from({ length: 20 }, () => factory.createClass(CONFIG, QUIET)))
    expect(new Set(classes).size).toBe(1)
    expect(loads()).toBe(1)
  })

  test.each([
    ['host', { qtxPerpetualHost: '127.0.0.2' }],
    ['port', { qtxPerpetualPort: 8081 }],
    ['tradingRequired', { tradingRequired: true }],
  ])('Q18: another %s gives another class', async (_what, other) => {
    const { factory } = rig()
    const Class = await factory.createClass(CONFIG, QUIET)
    expect(await factory.createClass({ ...CONFIG, ...other }, QUIET)).not.toBe(Class)
    // The same object, changed since.
    const config = { ...CONFIG }
    expect(await factory.createClass(config, QUIET)).toBe(Class)
    expect(await factory.createClass(Object.assign(config, other), QUIET)).not.toBe(Class)
  })

  test('what is no configuration is refused however often it is given', async () => {
    const { factory } = rig()
    const config = { ...CONFIG, qtxPerpetualPort: -1 }
    for (const input of [config, config, undefined, null, 'binance']) {
      await expect(factory.createClass(input as typeof CONFIG, QUIET)).rejects.toThrow(QtxError)
    }
  })

  test.skipIf(EXCHANGE_BACKENDS.length < 2)(
    'another backend gives another class (skipped where there is one backend only)',
    async () => {
      const factory = new ConnectorClassFactory()
      const classes = await Promise.all(
        EXCHANGE_BACKENDS.map((exchangeBackend) =>
          factory.createClass({ ...CONFIG, exchangeBackend }, QUIET),
        ),
      )
      expect(new Set(classes).size).toBe(EXCHANGE_BACKENDS.length)
    },
  )

  test('a failed making is tried again', async () => {
    let isDown = true
    const factory = new ConnectorClassFactory({
      ...EXCHANGE_REGISTRY,
      binance: {
        ...EXCHANGE_REGISTRY.binance,
        load: () => (isDown ? Promise.reject(new Error('no file')) : Promise.resolve(ScriptedExchange)),
      },
    })
    await expect(factory.createClass(CONFIG, QUIET)).rejects.toThrow('no file')
    isDown = false
    await factory.createClass(CONFIG, QUIET)
  })

  test('an instance of another endpoint cannot be made from it', async () => {
    const { factory } = rig()
    const Class = await factory.createClass(CONFIG, QUIET)
    expect(() => new Class({ ...CONFIG, qtxPerpetualPort: 9 }, QUIET)).toThrow(
      /was made for qtxPerpetualPort 8080, not 9/,
    )
  })

  test('two factories share nothing', async () => {
    expect(await rig().factory.createClass(CONFIG, QUIET)).not.toBe(
      await rig().factory.createClass(CONFIG, QUIET),
    )
  })
})

describe('configurations that are wrong', () => {
  test('are refused before anything is loaded', async () => {
    const { factory, loads } = rig()
    const wrong = { ...CONFIG, qtxPerpetualPort: 0 }
    await expect(factory.createClass(wrong, QUIET)).rejects.toThrow(QtxError)
    await expect(factory.create(wrong, QUIET)).rejects.toThrow(/qtxPerpetualPort/)
    expect(loads()).toBe(0)
  })

  test('trading without keys is refused; market data only needs none', async () => {
    const { factory } = rig()
    await expect(factory.create({ ...CONFIG, tradingRequired: true }, QUIET)).rejects.toMatchObject({
      code: 'QTX_CREDENTIALS_MISSING',
    })
    await factory.create(CONFIG, QUIET)
    await factory.create(
      { ...CONFIG, tradingRequired: true, exchangeApiKey: 'k', exchangeApiSecret: 's' },
      QUIET,
    )
  })

  test('a parent that lacks hooks is refused; the message names each', async () => {
    const { factory } = rig(PerpetualDerivative)
    await expect(factory.createClass(CONFIG, QUIET)).rejects.toThrow(
      /it lacks name, placeOrder, placeCancel, createMarketDataSource, fetchBookSnapshot, fetchOrder, fetchOrderFills/,
    )
  })
})

describe('plugins', () => {
  const withLimit: ConnectorPlugin = (Parent) => {
    abstract class WithLimit extends Parent {
      override get name(): string {
        return `limited_${super.name}`
      }
      protected override checks() {
        return { ...super.checks(), limit: { ok: true, reason: 'below', remedy: '' } }
      }
    }
    return WithLimit
  }

  test('are layers on top of QTX’s own, the last outermost', async () => {
    const { factory } = rig()
    const withMark: ConnectorPlugin = (Parent) => {
      abstract class WithMark extends Parent {
        override get name(): string {
          return `marked_${super.name}`
        }
      }
      return WithMark
    }
    const connector = await factory.create(CONFIG, { ...QUIET, plugins: [withLimit, withMark] })
    expect(connector.name).toBe('marked_limited_qtx_scripted_perpetual')
  })

  test('make another class; the same ones in the same order the same class', async () => {
    const { factory } = rig()
    const other: ConnectorPlugin = (Parent) => withLimit(Parent)
    const create = (plugins: readonly ConnectorPlugin[]) => factory.createClass(CONFIG, { ...QUIET, plugins })
    const Class = await create([withLimit, other])
    expect(await create([withLimit, other])).toBe(Class)
    for (const plugins of [[], [withLimit], [other, withLimit]]) expect(await create(plugins)).not.toBe(Class)
  })

  test.each<[string, unknown]>([
    ['nothing', () => undefined],
    ['a class that extends something else', () => ScriptedExchange],
    ['an object', () => ({})],
  ])('that give %s are refused', async (_what, plugin) => {
    const { factory } = rig()
    await expect(
      factory.createClass(CONFIG, { ...QUIET, plugins: [plugin as ConnectorPlugin] }),
    ).rejects.toMatchObject({ code: 'QTX_PROTOCOL_INCOMPLETE' })
  })

  test('are in the list of overrides, beside QTX’s own', async () => {
    const { factory } = rig()
    const Class = await factory.createClass(CONFIG, { ...QUIET, plugins: [withLimit] })
    const overrides = new Map(
      Class.describeOverrides().map(({ member, layer, replaces }) => [member, `${layer} < ${replaces}`]),
    )
    expect(Object.fromEntries(overrides)).toMatchObject({
      name: 'WithLimit < QtxIdentity',
      checks: 'WithLimit < QtxOrders',
      placeOrder: 'QtxOrders < ScriptedExchange',
      placeCancel: 'QtxOrders < ScriptedExchange',
      createMarketDataSource: 'QtxMarketData < ScriptedExchange',
      startNetwork: 'QtxOrders < ScriptedExchange',
      stopNetwork: 'QtxOrders < ScriptedExchange',
    })
    expect(overrides.has('buy')).toBe(false)
  })

  test('leave the parent as it was', async () => {
    const before = Object.getOwnPropertyNames(ScriptedExchange.prototype).sort()
    const { factory } = rig()
    await factory.createClass(CONFIG, { ...QUIET, plugins: [withLimit] })
    expect(Object.getOwnPropertyNames(ScriptedExchange.prototype).sort()).toEqual(before)
    expect(new ScriptedExchange().name).toBe('scripted_perpetual')
    const asParent = ScriptedExchange as unknown as ConnectorClass
    expect(Object.getPrototypeOf(asParent)).toBe(PerpetualDerivative)
  })
})

describe('in a process of its own, whose garbage is collected on demand', () => {
  const source = pathToFileURL(path.resolve(import.meta.dirname, '../../../src')).href

  /** Runs the text as a module and returns what it wrote. */
  async function run(text: string): Promise<string> {
    const preamble = `
      const { ConnectorClassFactory } = await import('${source}/qtx/create-connector-class.ts')
      const { silentLogger: logger } = await import('${source}/common/log.ts')
      const config = ${JSON.stringify(CONFIG)}
      const isCollected = async (reference) => {
        for (let round = 0; round < 100; round++) {
          globalThis.gc()
          if (reference.deref() === undefined) return true
          // What was looked at is kept until the end of the turn.
          await new Promise((resolve) => setImmediate(resolve))
        }
        return false
      }
      const factory = new ConnectorClassFactory()
    `
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', '--import', 'tsx', '--input-type=module', '--eval', preamble + text],
      { cwd: path.resolve(import.meta.dirname, '../../..') },
    )
    return stdout.trim()
  }

  test('a class that nobody holds is collected', async () => {
    const said = await run(`
      const make = async () => new WeakRef(await factory.createClass(config, { logger }))
      console.log(await isCollected(await make()))
    `)
    expect(said).toBe('true')
  })

  test('a class that somebody holds, or an instance of which is held, is kept and given again', async () => {
    const said = await run(`
      const connector = await factory.create(config, { logger })
      const reference = new WeakRef(connector.constructor)
      const isGone = await isCollected(reference)
      console.log(isGone, (await factory.createClass(config, { logger })) === connector.constructor)
    `)
    expect(said).toBe('false true')
  })
})
