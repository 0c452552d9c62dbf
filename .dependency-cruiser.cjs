/** The import direction of docs/concepts/architecture.md, checked. */
const layer = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: {
    path: '^src/',
    pathNot: [`^src/${from}/`, '^src/errors\\.ts$', '^src/common/', ...allowed.map((a) => `^src/${a}`)],
  },
})

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'common-is-a-leaf',
      severity: 'error',
      from: { path: '^src/(common/|errors\\.ts)' },
      to: { path: '^src/', pathNot: '^src/(common/|errors\\.ts)' },
    },
    layer('wire-is-a-leaf', 'wire', []),
    {
      name: 'wire-does-no-io',
      severity: 'error',
      from: { path: '^src/wire/' },
      to: { dependencyTypes: ['core', 'npm'] },
    },
    layer('posix-is-a-leaf', 'posix', []),
    layer('config-is-a-leaf', 'config', ['wire/']),
    layer('journal-is-a-leaf', 'journal', ['posix/']),
    layer('connector-knows-no-exchange', 'connector', ['wire/', 'journal/']),
    layer('exchanges-know-no-qtx', 'exchanges', ['connector/', 'wire/', 'config/']),
    layer('qtx-is-below-the-faces', 'qtx', [
      'exchanges/',
      'connector/',
      'journal/',
      'wire/',
      'posix/',
      'config/',
    ]),
    layer('simulator-is-a-peer', 'simulator', ['wire/', 'posix/']),
    layer('cli-is-a-face', 'cli', [
      'qtx/',
      'exchanges/',
      'connector/',
      'journal/',
      'wire/',
      'posix/',
      'config/',
      'simulator/',
      'dashboard/',
      'index\\.ts',
    ]),
    {
      name: 'koffi-only-in-posix',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/posix/' },
      to: { path: 'node_modules/koffi' },
    },
    {
      name: 'ccxt-only-in-exchanges',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/exchanges/ccxt-' },
      to: { path: 'node_modules/ccxt' },
    },
    {
      name: 'libsql-only-in-journal',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/journal/' },
      to: { path: 'node_modules/libsql' },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
