import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client, DatabaseError } from 'pg'
import type { Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import type { Finding } from '../lint/finding.ts'
import type { Catalog } from './catalog/catalog.ts'
import { introspect } from './catalog/introspect.ts'
import type { Change } from './diff/change.ts'
import { compare } from './diff/compare.ts'
import { describe } from './diff/describe.ts'
import { lintMigrations } from './lint-migration.ts'
import { migrationsFolder, number, readMigrations, type MigrationFile } from './migration-files.ts'
import { contextFor } from './plan/context.ts'
import { filesOf, type PlannedFile } from './plan/files.ts'
import type { Step } from './plan/step.ts'
import { stepsOf } from './plan/steps.ts'
import { conversionsOf } from './plan/conversions.ts'
import { UndecidedChanges, withDecisions, type Decisions, type Question } from './review/decisions.ts'
import { openQuestions } from './review/destructive.ts'
import { memberCandidates, objectCandidates, reviewRenames, type Rename } from './review/renames.ts'
import { rehearse, withScratch, type ScratchOptions } from './scratch.ts'
import { buildTarget } from './target/build-target.ts'
import { targetStatements } from './target/statements.ts'
import { unmanagedIn } from './unmanaged.ts'

export interface MakeOptions {
  readonly database: Database<DrizzleSchema>
  /** What the files are called after their number. */
  readonly name: string
  readonly decisions?: Decisions
  /** Answers what the decisions leave open. Without it, open questions are an error. */
  readonly ask?: (question: Question) => Promise<Decisions>
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

export interface MadeFile extends PlannedFile {
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
    scratch.withDatabase(existing, (client) => plan({ client, schema, existing, name, options })),
  )
  mkdirSync(folder, { recursive: true })
  const files = made.files.map((file) => ({ ...file, path: join(folder, file.name) }))
  for (const { path, sql } of files) writeFileSync(path, sql, { flag: 'wx' })
  const findings = await lintMigrations(files, { schema, earlier: existing })
  return { files, findings, remaining: made.remaining }
}

export function scratchOptionsOf({ options }: Database<DrizzleSchema>, scratchUrl: string | undefined): ScratchOptions {
  const { embedded } = options
  return { ...(embedded !== undefined && { embedded }), ...(scratchUrl !== undefined && { scratchUrl }) }
}

export function folderOf({ name, options }: Database<DrizzleSchema>): string {
  if (options.migrations !== undefined) return migrationsFolder(options.migrations)
  throw new Error(
    `The database "${name}" has no migrations. Name their folder: database({ migrations: new URL('../migrations', import.meta.url) }).`,
  )
}

function schemaOf({ name, options }: Database<DrizzleSchema>): DrizzleSchema {
  if (options.schema !== undefined) return options.schema
  throw new Error(
    `The database "${name}" does not name its tables. Give them: import * as schema from './tables.ts', then database({ schema, migrations }).`,
  )
}

function fileName(given: string): string {
  const name = given
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
  if (name !== '') return name
  throw new TypeError(
    `"${given}" is no name for a migration. Say in words what it does: ashlar migrate make add_bio_to_users.`,
  )
}

interface TargetOptions {
  readonly schema: DrizzleSchema
  readonly extra: readonly string[]
  readonly unmanaged: ReadonlySet<string>
}

/** What the database would be if it had all that the code declares, and nothing else. */
export async function targetCatalog(client: Client, { schema, extra, unmanaged }: TargetOptions): Promise<Catalog> {
  const target = targetStatements(schema)
  for (const role of target.roles) await client.query(role)
  return rehearse(client, async () => {
    await buildTarget(client, { current: await introspect(client, unmanaged), target, extra })
    return introspect(client, unmanaged)
  })
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
  return { files, remaining: left.map(describe) }
}

interface Planned {
  readonly files: readonly PlannedFile[]
  readonly remaining: readonly string[]
}

interface StepsOptions {
  readonly target: Catalog
  readonly unmanaged: ReadonlySet<string>
  /** `undo` asks nothing, and is careful with nobody: all is one transaction. */
  readonly options: Pick<MakeOptions, 'decisions' | 'ask'> & { readonly undo?: boolean }
}

/** Renames are done at once, so that all that mentions the old name follows. */
export async function stepsTo(
  client: Client,
  { target, unmanaged, options }: StepsOptions,
): Promise<{ readonly steps: readonly Step[]; readonly changes: readonly Change[] }> {
  const review = options.undo === true ? undoing(options) : reviewer(options)
  const renames: Rename[] = []
  for (const candidatesOf of [objectCandidates, memberCandidates]) {
    const decided = await review.renames(candidatesOf(await introspect(client, unmanaged), target))
    for (const { sql } of decided) await client.query(sql)
    renames.push(...decided)
  }
  const current = await introspect(client, unmanaged)
  const changes = compare(current, target)
  const decisions = await review.changes(changes)
  const conversions = await conversionsOf(client, changes, decisions)
  const tables = current.tables.map(({ id }) => id)
  const steps = stepsOf(
    changes,
    contextFor(changes, { decisions, conversions, live: new Set(options.undo === true ? [] : tables) }),
    tables,
  )
  return { steps: [...renameSteps(renames, steps), ...steps], changes }
}

/** In the first file: all others use the new names. */
function renameSteps(renames: readonly Rename[], steps: readonly Step[]): readonly Step[] {
  const stage = steps.some((step) => step.stage === 'values') ? 'values' : 'main'
  return renames.map(({ sql }) => ({ stage, order: -1, sql }))
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

interface Reviewer {
  renames(candidates: Parameters<typeof reviewRenames>[0]): Promise<readonly Rename[]>
  changes(changes: readonly Change[]): Promise<Decisions>
}

function undoing({ decisions = {} }: Pick<MakeOptions, 'decisions'>): Reviewer {
  return {
    renames: async (candidates) => reviewRenames(candidates, decisions).renames,
    changes: async () => decisions,
  }
}

/** Asks until all is decided. */
function reviewer({ decisions = {}, ask }: Pick<MakeOptions, 'decisions' | 'ask'>): Reviewer {
  let all = decisions
  const answer = async (questions: readonly Question[]): Promise<void> => {
    if (ask === undefined) throw new UndecidedChanges(questions)
    for (const question of questions) all = withDecisions(all, await ask(question))
  }
  return {
    async renames(candidates) {
      let { renames, questions } = reviewRenames(candidates, all)
      while (questions.length > 0) {
        // One at a time: an answer may take the candidate of another.
        await answer(ask === undefined ? questions : questions.slice(0, 1))
        ;({ renames, questions } = reviewRenames(candidates, all))
      }
      return renames
    },
    async changes(changes) {
      for (let open = openQuestions(changes, all); open.length > 0; open = openQuestions(changes, all))
        await answer(open)
      return all
    },
  }
}
