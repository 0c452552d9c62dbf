import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

/** `event payload` of every member of `ConnectorEvents`. */
function eventsOfCode(): string[] {
  const source = ts.createSourceFile(
    'events.ts',
    read('src/connector/events.ts'),
    ts.ScriptTarget.ES2022,
    true,
  )
  const declaration = source.statements
    .filter(ts.isInterfaceDeclaration)
    .find(({ name }) => name.text === 'ConnectorEvents')
  return (declaration?.members ?? []).map((member) => {
    if (!ts.isPropertySignature(member)) throw new Error(`an event is a property: ${member.getText()}`)
    return `${member.name.getText()} ${member.type?.getText() ?? ''}`
  })
}

function eventsOfPage(): string[] {
  const rows = read('docs/reference/events.md').matchAll(/^\| `(\w+)` +\| `(\w+)` +\|/gm)
  return [...rows].map(([, event = '', payload = '']) => `${event} ${payload}`)
}

describe('the page about events', () => {
  test('has every event of the code with its payload, and no other', () => {
    expect(eventsOfCode()).not.toEqual([])
    expect(eventsOfPage().sort()).toEqual(eventsOfCode().sort())
  })

  test('names payloads that the package exports', () => {
    const index = read('src/index.ts')
    const payloads = eventsOfPage().map((row) => row.split(' ')[1] ?? '')
    expect(payloads.filter((payload) => !new RegExp(`\\b${payload}\\b`).test(index))).toEqual([])
  })
})
