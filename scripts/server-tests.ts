import { globSync, readFileSync } from 'node:fs'

/** The variables that name real servers for the tests. */
export const SERVER_VARIABLES = ['DATABASE_URL', 'REDIS_URL'] as const

/** The test files in which a database or Redis takes part: those worth running again on real servers. */
export function filesUsingServers(): string[] {
  const others = globSync(['src/**/*.test.ts', 'test/guarantees/*.test.ts'])
  return [...globSync('examples/**/*.test.ts'), ...others.filter(mentionsServers)]
}

function mentionsServers(file: string): boolean {
  return /DATABASE_URL|REDIS_URL|\btestApp\(|\bcreateTestDatabase\(/.test(readFileSync(file, 'utf8'))
}
