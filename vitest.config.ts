import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each file in a process of its own: native calls and sockets of one test never meet another's.
    pool: 'forks',
    maxWorkers: 2,
    // Guards against hanging: far longer than a slow, busy machine needs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
})
