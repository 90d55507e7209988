import { existsSync } from 'node:fs'
import type { Client } from 'pg'
import type { Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import type { Finding } from '../lint/finding.ts'
import type { Catalog, View } from './catalog/catalog.ts'
import { introspect, snapshot } from './catalog/introspect.ts'
import { withConnection } from './connection.ts'
import { rowSecurityOf } from '../rls/row-security.ts'
import { compare } from './diff/compare.ts'
import { describeAll } from './diff/describe.ts'
import { lintMigrations } from './lint-migration.ts'
import { folderOf, scratchOptionsOf } from './declaration.ts'
import { targetCatalog } from './target/target-catalog.ts'
import { readApplied } from './migrate.ts'
import { readMigrations, type MigrationFile } from './migration-files.ts'
import { pendingOf } from './migration-plan.ts'
import { withScratch, type Scratch } from './scratch.ts'
import { unmanagedIn } from './unmanaged.ts'

interface CheckOptions {
  readonly database: Database<DrizzleSchema>
  /** A database to compare too: what it has applied, and whether it is as the files make it. */
  readonly url?: string
  readonly extra?: readonly string[]
  readonly scratchUrl?: string
}

/** Where two descriptions of one database differ. */
export interface Difference {
  /** `code`: the tables in code against the files. `database`: a database against the files. */
  readonly between: 'code' | 'database'
  /** A sentence. */
  readonly text: string
}

export interface Checked {
  readonly differences: readonly Difference[]
  /** Of the files that are not applied to the database; without one, of all. */
  readonly findings: readonly Finding[]
}

/** Compares the tables in code, the files, and a database where one is given. Nothing but throw-away databases is changed. */
export async function checkMigrations({ database, url, extra = [], scratchUrl }: CheckOptions): Promise<Checked> {
  const folder = folderOf(database)
  const files = existsSync(folder) ? readMigrations(folder) : []
  const { schema } = database.options
  const state = url === undefined ? undefined : await stateOf(url, files)
  const pending = state?.pending ?? files
  const earlier = files.filter((file) => !pending.includes(file))
  // Without a database it is not known what has been applied: each file is judged as if those before it had been.
  const findings = await lintMigrations(pending, { schema, earlier, together: url !== undefined })
  const differences = await withScratch(scratchOptionsOf(database, scratchUrl), async (scratch) => [
    ...(await compareWithCode(scratch, { files, schema, extra: [...rowSecurityOf(database).statements, ...extra] })),
    ...(state === undefined ? [] : await compareWithDatabase(scratch, files, state)),
  ])
  return { differences, findings }
}

interface CodeOptions {
  readonly files: readonly MigrationFile[]
  readonly schema: DrizzleSchema | undefined
  readonly extra: readonly string[]
}

/** The replay of the files is a check by itself: one that does not run is named. */
async function compareWithCode(
  scratch: Scratch,
  { files, schema, extra }: CodeOptions,
): Promise<readonly Difference[]> {
  const unmanaged = unmanagedIn(files)
  return scratch.withDatabase(files, async (client) => {
    if (schema === undefined) return []
    const current = await introspect(client, unmanaged)
    const target = await targetCatalog(client, { schema, extra, unmanaged })
    return describeAll(compare(current, target)).map((text) => ({ between: 'code' as const, text }))
  })
}

interface DatabaseState {
  readonly catalog: Catalog
  readonly pending: readonly MigrationFile[]
}

/** @throws Error where an applied file was changed, or is missing. */
async function stateOf(url: string, files: readonly MigrationFile[]): Promise<DatabaseState> {
  return withConnection(url, async (client: Client) => {
    const pending = pendingOf(files, await readApplied(client))
    return { pending, catalog: await snapshot(client, unmanagedIn(files)) }
  })
}

async function compareWithDatabase(
  scratch: Scratch,
  files: readonly MigrationFile[],
  { catalog, pending }: DatabaseState,
): Promise<readonly Difference[]> {
  const applied = files.filter((file) => !pending.includes(file))
  const made = await scratch.withDatabase(applied, (client) => introspect(client, unmanagedIn(files)))
  const texts = [
    ...pending.map(({ name }) => `the migration ${name} is not applied`),
    ...describeAll(compare(comparable(inSchemasOf(catalog, made)), comparable(made))),
  ]
  return texts.map((text) => ({ between: 'database', text }))
}

/** Before version 16 PostgreSQL prints the columns of a view with their table, since then without where it is the only one. */
function comparable(catalog: Catalog): Catalog {
  const views = catalog.views.map((view) => ({ ...view, definition: withoutTables(view) }))
  return { ...catalog, views }
}

function withoutTables({ definition, reads }: View): string {
  const names = reads.map((id) => id.slice(id.lastIndexOf('.') + 1))
  return names.reduce((text, name) => text.replaceAll(` ${name}.`, ' ').replaceAll(`(${name}.`, '('), definition)
}

/** Other schemas belong to others: a queue, an extension. */
function inSchemasOf(catalog: Catalog, { schemas }: Catalog): Catalog {
  const own = new Set(['public', ...schemas.map(({ name }) => name)])
  const isOwn = ({ schema }: { readonly schema: string }): boolean => own.has(schema)
  return {
    schemas: catalog.schemas.filter(({ name }) => own.has(name)),
    enums: catalog.enums.filter(isOwn),
    sequences: catalog.sequences.filter(isOwn),
    tables: catalog.tables.filter(isOwn),
    views: catalog.views.filter(isOwn),
    functions: catalog.functions.filter(isOwn),
  }
}
