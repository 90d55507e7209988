import { globSync, readFileSync } from 'node:fs'

/** The variables that name real servers for the tests. */
export const SERVER_VARIABLES = ['DATABASE_URL', 'REDIS_URL'] as const

/** The test files in which a database or Redis takes part: those worth running again on real servers. */
export function filesUsingServers(): string[] {
  return globSync(['src/**/*.test.ts', 'test/guarantees/*.test.ts', 'examples/**/*.test.ts']).filter((file) =>
    /DATABASE_URL|REDIS_URL|\btestApp\(|\bcreateTestDatabase\(/.test(readFileSync(file, 'utf8')),
  )
}
