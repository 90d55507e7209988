import type { DatabaseOptions } from './database-options.ts'
import { POOL_MAX } from './pool.ts'

/** Where a database is and how it is set, in one line without its password. */
export function describeDatabase({
  url = process.env['DATABASE_URL'],
  pool = {},
  migrations,
  migrate,
}: Pick<DatabaseOptions, 'url' | 'pool' | 'migrations' | 'migrate'>): string {
  const applied = migrate === 'manual' ? 'by hand' : 'at start'
  return [
    url === undefined || url === '' ? 'the embedded PostgreSQL' : `PostgreSQL at ${placeOf(url)}`,
    `at most ${pool.max ?? POOL_MAX} connections`,
    ...(migrations === undefined ? [] : [`migrations ${applied}`]),
  ].join(', ')
}

function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'a URL that is none'
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
