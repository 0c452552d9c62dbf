import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createProgram } from '../../src/cli/program.ts'

const FOLDER = resolve(import.meta.dirname, '../../.github/ISSUE_TEMPLATE')

interface Form {
  readonly name: string
  readonly description: string
  readonly body: readonly {
    readonly type: string
    readonly id?: string
    readonly attributes: {
      readonly label?: string
      readonly description?: string
      readonly options?: readonly unknown[]
      readonly value?: string
    }
  }[]
}

const forms = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))

describe.each(forms)('the form %s', (name) => {
  const form = parse(readFileSync(join(FOLDER, name), 'utf8')) as Form

  test('has what GitHub asks of a form', () => {
    expect([form.name, form.description].join('')).not.toBe('')
    const asked = form.body.filter(({ type }) => type !== 'markdown')
    expect(asked.length).toBeGreaterThan(1)
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
    for (const { type, id, attributes } of asked) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type)
      expect(id).toMatch(/^[\w-]+$/)
      expect(attributes.label).toMatch(/\S/)
      if (type === 'dropdown' || type === 'checkboxes') expect(attributes.options?.length).toBeGreaterThan(1)
    }
  })

  test('asks for the output of commands that there are, with options that they have', () => {
    const program = createProgram()
    const texts = form.body.flatMap(({ attributes }) => [
      attributes.description ?? '',
      attributes.value ?? '',
    ])
    for (const [, given = ''] of texts.join('\n').matchAll(/`qtx ([^`]+)`/g)) {
      const words = given.split(' ')
      const command = program.commands.find((candidate) => candidate.name() === words[0]) ?? program
      const known = command.options.flatMap(({ long, short }) => [long, short])
      for (const word of words.filter((candidate) => candidate.startsWith('-')))
        expect(known, given).toContain(word)
      if (command === program) expect(words[0]).toMatch(/^--/)
    }
  })
})
