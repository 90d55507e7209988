import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** The package an app belongs to: it owns the `.ashlar/` folder. */
export interface Project {
  readonly root: string
  /** Of package.json, or of the folder where that has none. */
  readonly name: string
}

/** The nearest folder with a package.json, from `from` upward; `from` itself where there is none. */
export function findProject(from: string = process.cwd()): Project {
  const start = resolve(from)
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest)) return { root: folder, name: nameIn(manifest) ?? basename(folder) }
    if (dirname(folder) === folder) return { root: start, name: basename(start) }
  }
}

function nameIn(manifest: string): string | undefined {
  const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** Room is left for suffixes: PostgreSQL cuts identifiers at 63 bytes. */
const MAX_DATABASE_NAME_LENGTH = 40

/** A database name out of a package name: `@acme/blog-api` becomes `acme_blog_api`. */
export function databaseName(packageName: string): string {
  const plain = packageName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
  const named = /^[a-z]/.test(plain) ? plain : `app_${plain}`
  return named.slice(0, MAX_DATABASE_NAME_LENGTH).replace(/_+$/, '')
}
