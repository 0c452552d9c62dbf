import { expect, test } from 'vitest'
import type { ConnectorClass } from '../../../src/qtx/connector-class.ts'
import { describeOverrides } from '../../../src/qtx/describe-overrides.ts'
import { ScriptedExchange } from '../../support/scripted-exchange.ts'

const Parent = ScriptedExchange as unknown as ConnectorClass

test('a parent without layers has no overrides', () => {
  expect(describeOverrides(Parent, Parent)).toEqual([])
})

test('lists what is replaced, by whom and of whom: methods, getters and hooks, by name', () => {
  abstract class Renamed extends Parent {
    override get name(): string {
      return `renamed_${super.name}`
    }
    override stop() {
      return super.stop()
    }
    protected override checks() {
      return super.checks()
    }
    isNew(): boolean {
      return true
    }
  }
  expect(describeOverrides(Renamed, Parent)).toEqual([
    { member: 'checks', layer: 'Renamed', replaces: 'PerpetualViews' },
    { member: 'name', layer: 'Renamed', replaces: 'ScriptedExchange' },
    { member: 'stop', layer: 'Renamed', replaces: 'PerpetualDerivative' },
  ])
})

test('of several layers the outermost is in force, and replaces the next one inward', () => {
  abstract class Inner extends Parent {
    override get name(): string {
      return `inner_${super.name}`
    }
    protected override checks() {
      return super.checks()
    }
  }
  abstract class Outer extends Inner {
    override get name(): string {
      return `outer_${super.name}`
    }
  }
  expect(describeOverrides(Outer, Parent)).toEqual([
    { member: 'checks', layer: 'Inner', replaces: 'PerpetualViews' },
    { member: 'name', layer: 'Outer', replaces: 'Inner' },
  ])
})
