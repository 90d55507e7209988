import type { Client } from 'pg'
import type { Catalog } from '../catalog/catalog.ts'
import { introspect } from '../catalog/introspect.ts'
import type { Change } from '../diff/change.ts'
import { compare } from '../diff/compare.ts'
import { memberCandidates, objectCandidates, type Rename } from '../review/renames.ts'
import { reviewer, undoing, type ReviewOptions } from '../review/reviewer.ts'
import { contextFor } from './context.ts'
import { conversionsOf } from './conversions.ts'
import type { Step } from './step.ts'
import { stepsOf } from './steps.ts'

interface StepsOptions {
  readonly target: Catalog
  readonly unmanaged: ReadonlySet<string>
  /** `undo` asks nothing, and is careful with nobody: all is one transaction. */
  readonly options: ReviewOptions & { readonly undo?: boolean }
}

/** What leads a database to another catalog. Needs a transaction that is undone: renames are done at once, so that all that mentions the old name follows. */
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
  return renames.map(({ sql }) => ({ stage, order: -1, sql, waits: true }))
}
