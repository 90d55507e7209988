import type { MigrationFile } from './migration-files.ts'

const MARK = /^-- ashlar: unmanaged (.+)$/gm

/**
 * The objects that migrations make by hand and that no table in code declares, as a line of a file says: `-- ashlar: unmanaged audit_log`.
 * Parts of a table are named with it: `posts.posts_search_idx`.
 */
export function unmanagedIn(files: readonly Pick<MigrationFile, 'sql'>[]): ReadonlySet<string> {
  return new Set(
    files.flatMap(({ sql }) =>
      [...sql.matchAll(MARK)].flatMap(([, names]) => names!.split(',').map((name) => name.trim())),
    ),
  )
}
