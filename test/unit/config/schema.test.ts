import { expect, test } from 'vitest'
import {
  ObjectField,
  flag,
  list,
  number,
  numberOrText,
  oneOf,
  text,
  textByName,
  uniform,
  whole,
} from '../../../src/config/schema.ts'

const SENTENCES = {
  noObject: () => 'Give an object.',
  unknown: (names: readonly string[]) => `Unknown ${names.join(', ')}.`,
}

const schema = new ObjectField(
  {
    name: text('Give a name.').check((given) => given !== '', 'The name is empty.'),
    count: whole('Give a count.', 'Give a whole count.').optional().describe('How many.'),
    size: number('Give a size.').default(1.5),
    isLoud: flag('True or false.').optional(),
    kind: uniform('Give a kind.', (given) => given.toLowerCase(), oneOf(['a', 'b'], 'A or b.')).optional(),
    share: numberOrText('Give a share.').optional(),
    tags: list(text('A tag is text.'), 'List the tags.').optional(),
    names: textByName((name) => name !== 'no', text('Text, please.'), 'Map names.').optional(),
    inner: new ObjectField({ deep: text('Give what is deep.') }, SENTENCES).optional(),
  },
  SENTENCES,
)

function issuesOf(input: unknown): string[] {
  return (
    schema.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
  )
}

test('what is right is taken, with defaults for what is not there', () => {
  expect(schema.safeParse({ name: 'x', kind: 'A', tags: ['t'], names: { yes: 'v' } })).toEqual({
    success: true,
    data: { name: 'x', kind: 'a', tags: ['t'], names: { yes: 'v' }, size: 1.5 },
  })
  expect(schema.safeParse({ name: 'x', size: undefined, count: undefined }).data).toEqual({
    name: 'x',
    size: 1.5,
  })
})

test('all that is wrong is said, in the order of the options and not of the input', () => {
  expect(issuesOf({ inner: { deep: 5 }, tags: ['t', 5], count: 1.5, isLoud: 'yes' })).toEqual([
    'name: Give a name.',
    'count: Give a whole count.',
    'isLoud: True or false.',
    'tags.1: A tag is text.',
    'inner.deep: Give what is deep.',
  ])
})

test('of one option the first thing that is wrong is said, once', () => {
  expect(issuesOf({ name: '' })).toEqual(['name: The name is empty.'])
  expect(issuesOf({ name: undefined })).toEqual(['name: Give a name.'])
  expect(issuesOf({ name: null })).toEqual(['name: Give a name.'])
})

test.each([undefined, null, 5, 'x', [], () => 1])('%j is no object', (input) => {
  expect(issuesOf(input)).toEqual([': Give an object.'])
})

test('options that there are not are named, where they are', () => {
  expect(schema.safeParse({ name: 'x', other: 1, more: 2 }).error?.issues).toEqual([
    { path: [], message: 'Unknown other, more.', unknownOption: 'other' },
  ])
  expect(schema.safeParse({ name: 'x', inner: { deep: 'd', shallow: 1 } }).error?.issues).toEqual([
    { path: ['inner'], message: 'Unknown shallow.', unknownOption: 'shallow' },
  ])
})

test('what an option inherits counts as given: nothing is quietly replaced by a default', () => {
  expect(schema.safeParse(Object.create({ name: 'x', size: 3 })).data).toEqual({ name: 'x', size: 3 })
})

test.each([NaN, Infinity, -Infinity, '1', null, true])('%j is no number', (size) => {
  expect(issuesOf({ name: 'x', size })).toEqual(['size: Give a size.'])
})

test.each([[[]], [new Map()], [new Date(0)], ['x']])('%j does not map names', (names) => {
  expect(issuesOf({ name: 'x', names })).toEqual(['names: Map names.'])
})

test('a name that may not be mapped is named', () => {
  expect(issuesOf({ name: 'x', names: { no: 'v', yes: 5 } })).toEqual([
    'names.no: Map names.',
    'names.yes: Text, please.',
  ])
})

test('every option says what it takes, for documentation and forms', () => {
  expect(schema.jsonSchema.required).toEqual(['name'])
  expect(schema.jsonSchema.properties).toMatchObject({
    name: { type: 'string' },
    count: { type: 'integer', description: 'How many.' },
    size: { type: 'number', default: 1.5 },
    share: { anyOf: [{ type: 'number' }, { type: 'string' }] },
    tags: { type: 'array', items: { type: 'string' } },
    inner: { type: 'object', properties: { deep: { type: 'string' } } },
  })
})
