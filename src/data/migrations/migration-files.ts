import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProject } from '../embedded/project.ts'

/** One SQL file of the migrations folder. */
export interface MigrationFile {
  /** The file's name: its number orders it. */
  readonly name: string
  readonly path: string
  readonly sql: string
  /** SHA-256 of the content, in hex. */
  readonly checksum: string
  /** `false` where the first line is `-- ashlar: no-transaction`. */
  readonly transactional: boolean
}

const DOWN_NAME = /\.down\.sql$/
const FILE_NAME = /^(\d{4,})_[a-z0-9_]+\.sql$/

/** Reads the folder's migrations in their order. Throws on names that would leave the order open. */
export function readMigrations(folder: string | URL): readonly MigrationFile[] {
  const path = migrationsFolder(folder)
  if (!existsSync(path))
    throw new Error(`The migrations folder ${path} does not exist. Make it, or correct database({ migrations }).`)
  const all = readdirSync(path).filter((name) => /\.sql$/i.test(name))
  const names = all.filter((name) => !DOWN_NAME.test(name))
  checkDownFiles(path, all)
  const files = names.map((name) => readMigration(path, name)).sort((a, b) => number(a.name) - number(b.name))
  for (const [index, file] of files.entries()) {
    const next = files[index + 1]
    if (next !== undefined && number(next.name) === number(file.name)) {
      throw new Error(
        `The migrations ${file.name} and ${next.name} in ${path} have the same number: their order is open. Give one the next number.`,
      )
    }
  }
  return files
}

/** The file that takes a migration back, beside it: `0001_name.down.sql`. */
export function downFileOf({ path }: MigrationFile): MigrationFile | undefined {
  const down = path.replace(/\.sql$/, '.down.sql')
  return existsSync(down) ? readFile(down) : undefined
}

function checkDownFiles(path: string, names: readonly string[]): void {
  const lost = names.find((name) => DOWN_NAME.test(name) && !names.includes(name.replace(DOWN_NAME, '.sql')))
  if (lost === undefined) return
  throw new Error(
    `${join(path, lost)} takes back ${lost.replace(DOWN_NAME, '.sql')}, and there is no such migration. Give it the name of one, or remove it.`,
  )
}

/** One value for the whole set: it changes with any file. */
export function migrationSetHash(files: readonly MigrationFile[]): string {
  const hash = createHash('sha256')
  for (const { name, checksum } of files) hash.update(`${name} ${checksum}\n`)
  return hash.digest('hex')
}

/** The folder as an absolute path. */
export function migrationsFolder(folder: string | URL): string {
  return folder instanceof URL ? fileURLToPath(folder) : resolve(findProject().root, folder)
}

function readMigration(folder: string, name: string): MigrationFile {
  if (!FILE_NAME.test(name)) {
    throw new Error(
      `"${name}" in ${folder} is not a migration's name. Use a number of four digits, "_" and lower-case words: 0001_create_users.sql.`,
    )
  }
  return readFile(join(folder, name))
}

function readFile(path: string): MigrationFile {
  // Git may change line ends on another machine: that is no change of the migration.
  const sql = textOf(path).replaceAll('\r\n', '\n')
  // Applied as it is, it could never be written: a file that was applied is not changed.
  if (sql.replaceAll(COMMENTS, '').trim() === '')
    throw new Error(`The migration ${path} has no statement yet. Write its SQL, or remove the file.`)
  const transactional = !/^-- ashlar: no-transaction\s*\n/.test(sql)
  return { name: basename(path), path, sql, checksum: checksumOf(sql), transactional }
}

/** Remarks for the linter and for `check` change nothing that runs: they can be added to a file that has been applied. */
const REMARKS = /^[ \t]*-- ashlar: (?:allow|unmanaged)\b.*\n?/gm

function checksumOf(sql: string): string {
  return createHash('sha256').update(sql.replaceAll(REMARKS, '')).digest('hex')
}

const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g

/** Without a byte order mark, which PostgreSQL would take for a word. */
function textOf(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new Error(`The migration ${path} is not UTF-8. Save it in that encoding.`, { cause })
  }
}

export function number(name: string): number {
  return Number(FILE_NAME.exec(name)?.[1])
}
