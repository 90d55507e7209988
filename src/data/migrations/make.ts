import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client, DatabaseError } from 'pg'
import type { Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import type { Finding } from '../lint/finding.ts'
import { introspect } from './catalog/introspect.ts'
import { fileName, folderOf, schemaOf, scratchOptionsOf } from './declaration.ts'
import { compare } from './diff/compare.ts'
import { describeAll } from './diff/describe.ts'
import { rowSecurityOf } from '../rls/row-security.ts'
import { lintMigrations } from './lint-migration.ts'
import { number, readMigrations, type MigrationFile } from './migration-files.ts'
import { filesOf, type PlannedFile } from './plan/files.ts'
import { stepsTo } from './plan/steps-to.ts'
import type { ReviewOptions } from './review/reviewer.ts'
import { rehearse, withScratch } from './scratch.ts'
import { targetCatalog } from './target/target-catalog.ts'
import { unmanagedIn } from './unmanaged.ts'

export interface MakeOptions extends ReviewOptions {
  readonly database: Database<DrizzleSchema>
  /** What the files are called after their number. */
  readonly name: string
  /** Statements that belong to the declaration and are not in Drizzle's tables: policies, functions of the schema `ashlar`. */
  readonly extra?: readonly string[]
  readonly scratchUrl?: string
}

export interface MadeMigration {
  /** Empty where the tables and the migrations agree. */
  readonly files: readonly MadeFile[]
  /** What the linter says about them. */
  readonly findings: readonly Finding[]
  /** What the files leave different, as sentences: to be written by hand. */
  readonly remaining: readonly string[]
}

interface MadeFile extends PlannedFile {
  readonly path: string
}

/**
 * Writes the migration that leads from the existing files to the tables in code.
 *
 * @throws UndecidedChanges where a rename, a loss of data or a value for existing rows must be decided first. Nothing is written then.
 */
export async function makeMigration(options: MakeOptions): Promise<MadeMigration> {
  const { database } = options
  const folder = folderOf(database)
  const schema = schemaOf(database)
  const name = fileName(options.name)
  const existing = existsSync(folder) ? readMigrations(folder) : []
  const made = await withScratch(scratchOptionsOf(database, options.scratchUrl), (scratch) =>
    scratch.withDatabase(existing, (client) =>
      plan({ client, schema, existing, name, options: { ...options, extra: declaredBesides(options) } }),
    ),
  )
  mkdirSync(folder, { recursive: true })
  const files = made.files.map((file) => ({ ...file, path: join(folder, file.name) }))
  for (const { path, sql } of files) writeFileSync(path, sql, { flag: 'wx' })
  const findings = await lintMigrations(files, { schema, earlier: existing })
  return { files, findings, remaining: made.remaining }
}

/** Policies are declared with resources and repositories. */
function declaredBesides({ database, extra = [] }: MakeOptions): readonly string[] {
  return [...rowSecurityOf(database).statements, ...extra]
}

interface Planning {
  readonly client: Client
  readonly schema: DrizzleSchema
  readonly existing: readonly MigrationFile[]
  readonly name: string
  readonly options: Pick<MakeOptions, 'decisions' | 'ask' | 'extra'>
}

/** Works on a database that the existing files have made, and tries the new ones there. */
async function plan({ client, schema, existing, name, options }: Planning): Promise<Planned> {
  const unmanaged = unmanagedIn(existing)
  const target = await targetCatalog(client, { schema, unmanaged, extra: options.extra ?? [] })
  const { steps } = await rehearse(client, () => stepsTo(client, { target, unmanaged, options }))
  const files = filesOf(steps, nextNumber(existing), name)
  for (const file of files) await tryFile(client, file)
  const left = files.length === 0 ? [] : compare(await introspect(client, unmanaged), target)
  return { files, remaining: describeAll(left) }
}

interface Planned {
  readonly files: readonly PlannedFile[]
  readonly remaining: readonly string[]
}

function nextNumber(existing: readonly MigrationFile[]): number {
  const last = existing.at(-1)
  return last === undefined ? 1 : number(last.name) + 1
}

async function tryFile(client: Client, { name, sql }: PlannedFile): Promise<void> {
  try {
    await client.query(sql)
  } catch (cause) {
    const { message, detail } = cause as DatabaseError
    throw new Error(
      `The migration that was worked out does not run: ${message}.${detail === undefined ? '' : ` ${detail}`} Nothing was written. ` +
        `Write this step by hand, then make the rest. ${name} would have been:\n${sql}`,
      { cause },
    )
  }
}
