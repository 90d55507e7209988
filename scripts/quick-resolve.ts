// Preloaded into the processes of the tests, which load Drizzle once for each file.
import { resolveQuickly } from '../src/cli/quick-resolve.ts'

resolveQuickly()
