import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['ashlar-source', 'node'] },
  ssr: { resolve: { conditions: ['ashlar-source', 'node'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    execArgv: ['--conditions=ashlar-source', `--import=${new URL('scripts/quick-resolve.ts', import.meta.url).href}`],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
