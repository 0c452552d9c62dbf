import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const { entryPoints } = JSON.parse(readFileSync(resolve(ROOT, 'typedoc.json'), 'utf8')) as {
  readonly entryPoints: readonly string[]
}

describe.each(entryPoints)('what %s exports', (entry) => {
  const path = resolve(ROOT, entry)
  const program = ts.createProgram([path], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: ['node'],
  })
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(program.getSourceFile(path)!)!
  const exported = checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    target: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }))

  test('says what it is', () => {
    const silent = exported.filter(
      ({ target }) => ts.displayPartsToString(target.getDocumentationComment(checker)).trim() === '',
    )
    expect(exported.length).toBeGreaterThan(10)
    expect(silent.map(({ name }) => name)).toEqual([])
  })
})
