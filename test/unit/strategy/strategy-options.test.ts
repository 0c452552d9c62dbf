import { describe, expect, it } from 'vitest'
import {
  booleanOption,
  decimalOption,
  numberOption,
  readStrategyOptions,
  textOption,
} from '../../../src/strategy/strategy-options.ts'

const DECLARED = {
  amount: decimalOption('base units', '0.01', { min: 0 }),
  levels: numberOption('levels', 3, { min: 1, max: 10 }),
  side: textOption('side', 'buy', ['buy', 'sell']),
  isQuiet: booleanOption('whether'),
}

describe('a strategy’s options', () => {
  it('have their fallbacks, and what is given', () => {
    const values = readStrategyOptions(DECLARED, { levels: '5', isQuiet: 'yes' })
    expect({ ...values, amount: values.amount.toString() }).toEqual({
      amount: '0.01',
      levels: 5,
      side: 'buy',
      isQuiet: true,
    })
  })

  it.each([
    [{ amount: '1e3' }, 'option amount was "1e3", expected a decimal from 0'],
    [{ amount: '-1' }, 'expected a decimal from 0'],
    [{ levels: '11' }, 'expected a number from 1 to 10'],
    [{ levels: '' }, 'expected a number'],
    [{ side: 'hold' }, 'expected one of buy, sell'],
    [{ isQuiet: 'maybe' }, 'expected true or false'],
    [{ toString: '1' }, 'the strategy has no option toString: it has amount, levels, side, isQuiet'],
  ])('refuse %j', (given: Readonly<Record<string, string>>, message) => {
    expect(() => readStrategyOptions(DECLARED, given)).toThrow(message)
  })

  it('must be given where there is no fallback', () => {
    expect(() => readStrategyOptions({ pair: textOption('which pair') }, {})).toThrow(
      'the strategy’s option pair was not given, expected a text: give --set pair=<value>: which pair',
    )
  })

  it('says so when a strategy has none', () => {
    expect(() => readStrategyOptions({}, { amount: '1' })).toThrow('it has no options')
  })
})
