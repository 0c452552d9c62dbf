import { describe, expect, test } from 'vitest'
import { RequestValues } from '../../../../src/simulator/exchange/request-values.ts'

const errors = {
  missing: (name: string) => new Error(`missing ${name}`),
  wrong: (name: string) => new Error(`wrong ${name}`),
}
const values = (fields: Readonly<Record<string, unknown>>) => new RequestValues(fields, errors)

describe('the fields of a request', () => {
  test('are texts, numbers and flags alike; what is empty or inherited is not there', () => {
    const fields = values({ a: 'x', b: 7, c: true, d: '', e: null, f: { g: 1 } })
    expect(['a', 'b', 'c', 'd', 'e', 'f', 'toString'].map((name) => fields.text(name))).toEqual([
      'x',
      '7',
      'true',
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect([fields.integer('b'), fields.id('b'), fields.flag('c'), fields.flag('d')]).toEqual([
      7,
      7n,
      true,
      false,
    ])
  })

  test('are refused by name, in the exchange’s words, where they are missing or unreadable', () => {
    const fields = values({ size: '1e3', limit: '101', side: 'up', flag: 'yes', price: '0.10' })
    expect(() => fields.requiredText('none')).toThrow('missing none')
    expect(() => fields.requiredChoice('none', ['a'])).toThrow('missing none')
    expect(() => fields.requiredDecimal('size')).toThrow('wrong size')
    expect(() => fields.integer('size')).toThrow('wrong size')
    expect(() => fields.limit(20, 100)).toThrow('wrong limit')
    expect(() => fields.choice('side', ['buy', 'sell'])).toThrow('wrong side')
    expect(() => fields.flag('flag')).toThrow('wrong flag')
    expect(String(fields.requiredDecimal('price'))).toBe('0.1')
    expect(values({}).limit(20, 100)).toBe(20)
  })
})

describe('a page of records', () => {
  const records = [1, 2, 3, 4, 5]
  const page = (fields: Readonly<Record<string, unknown>>, limit = 2) =>
    values(fields).page(records, BigInt, (record) => 100 * record, limit)

  test('is newest first, and goes back with after and forward with before', () => {
    expect(page({})).toEqual([5, 4])
    expect(page({ after: '4' })).toEqual([3, 2])
    expect(page({ before: '2' })).toEqual([4, 3])
  })

  test('is between two times', () => {
    expect(page({ begin: '200', end: '400' }, 9)).toEqual([4, 3, 2])
  })
})
