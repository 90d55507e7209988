import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const conditions = ['ashlar-source', 'node']

// The processes that tests start load the framework anew, each for two seconds of CPU where Node has nothing kept of it, and for half a second where it has.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/ashlar-tests', import.meta.url))
process.env['NODE_OPTIONS'] ??= `--import=${new URL('scripts/quick-resolve.ts', import.meta.url).href}`

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    execArgv: ['--conditions=ashlar-source'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
