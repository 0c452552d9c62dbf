import { describe, expect, expectTypeOf, test } from 'vitest'
import type { PerpetualConnector } from '../../../src/connector/perpetual-connector.ts'
import { PerpetualDerivative } from '../../../src/connector/perpetual-derivative.ts'
import { QtxError } from '../../../src/errors.ts'
import {
  CONNECTOR_MEMBERS,
  PARENT_HOOKS,
  QTX_CONNECTOR,
  QTX_MEMBERS,
  assertParentClass,
  assertQtxConnectorClass,
  isQtxConnector,
} from '../../../src/qtx/connector-protocol.ts'
import { ScriptedExchange } from '../../support/scripted-exchange.ts'

function missingOf(check: () => void): string[] {
  try {
    check()
    return []
  } catch (error) {
    if (!(error instanceof QtxError)) throw error
    expect(error.code).toBe('QTX_PROTOCOL_INCOMPLETE')
    const missing = error.details['missing'] as string[]
    for (const member of missing) expect(error.message).toContain(member)
    return missing
  }
}

test('the list of members is the interface’s, whole', () => {
  expectTypeOf<(typeof CONNECTOR_MEMBERS)[number]>().toEqualTypeOf<keyof PerpetualConnector & string>()
  expect(new Set(CONNECTOR_MEMBERS).size).toBe(CONNECTOR_MEMBERS.length)
})

describe('a parent', () => {
  test('that has everything is taken', () => {
    expect(missingOf(() => assertParentClass(ScriptedExchange))).toEqual([])
  })

  test('that lacks hooks is refused by name, with every hook that it lacks', () => {
    expect(missingOf(() => assertParentClass(PerpetualDerivative)).sort()).toEqual(
      ['name', ...PARENT_HOOKS]
        .filter((hook) => !['startNetwork', 'stopNetwork', 'checks'].includes(hook))
        .sort(),
    )
    expect(() => assertParentClass(PerpetualDerivative)).toThrow(/class PerpetualDerivative is not a parent/)
  })

  test('that is another class altogether lacks everything', () => {
    class Nothing {
      readonly isConnector = false
    }
    const missing = missingOf(() => assertParentClass(Nothing))
    expect(missing.length).toBe(CONNECTOR_MEMBERS.length + PARENT_HOOKS.length - 1)
  })

  test.each([undefined, null, {}, 'binance', 5, () => undefined])('%j is no class', (candidate) => {
    expect(() => assertParentClass(candidate)).toThrow(
      /is not a class, a parent of a QTX connector was expected/,
    )
  })
})

describe('a QTX connector’s class', () => {
  class Branded extends ScriptedExchange {
    get feedStatistics(): undefined {
      return undefined
    }
    get [QTX_CONNECTOR](): true {
      return true
    }
    get orderRingStatistics(): undefined {
      return undefined
    }
    get orderRoute(): string {
      return 'qtx'
    }
    setOrderRoute(): void {
      return
    }
    get feedSources(): ReadonlyMap<string, string> {
      return new Map()
    }
  }

  test('that lacks what QTX adds is refused by name', () => {
    expect(missingOf(() => assertQtxConnectorClass(ScriptedExchange))).toEqual(QTX_MEMBERS)
  })

  test('has the brand', () => {
    assertQtxConnectorClass(Branded)
    class Unbranded extends ScriptedExchange {
      get feedStatistics(): undefined {
        return undefined
      }
      get orderRingStatistics(): undefined {
        return undefined
      }
      get orderRoute(): string {
        return 'qtx'
      }
      setOrderRoute(): void {
        return
      }
      get feedSources(): ReadonlyMap<string, string> {
        return new Map()
      }
    }
    expect(() => assertQtxConnectorClass(Unbranded)).toThrow(/was not made by createQtxConnectorClass/)
  })

  test('Q1: its instances are told from others by brand and members', () => {
    expect(isQtxConnector(new Branded())).toBe(true)
    expect(isQtxConnector(new ScriptedExchange())).toBe(false)
    for (const value of [undefined, null, 5, 'x', {}, { [QTX_CONNECTOR]: true }])
      expect(isQtxConnector(value)).toBe(false)
  })
})
