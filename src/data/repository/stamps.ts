import { sql, type SQL } from 'drizzle-orm'
import type { ModelColumn } from '../model/model.ts'
import { sized } from '../rows/condition.ts'
import { place } from '../statements/compile.ts'
import type { Definition } from './definition.ts'
import type { Asker } from './row-session.ts'

/** What the server itself writes into a row: when, by whom, which version. */
export interface Stamps {
  readonly shape: string
  readonly sets: readonly { readonly column: ModelColumn; readonly value: SQL }[]
  readonly values: Readonly<Record<string, unknown>>
}

export const NO_STAMPS: Stamps = { shape: '', sets: [], values: {} }

type Stamp = readonly [key: string | undefined, value: unknown]

export function createStamps(definition: Definition, asker: Asker, given: Readonly<Record<string, unknown>>): Stamps {
  const { createdAt, updatedAt, createdBy, updatedBy, version } = definition.model.life
  const { byKey } = definition.model
  const withoutDefault = (key: string | undefined): string | undefined =>
    key !== undefined && byKey.get(key)?.column.hasDefault !== true && given[key] === undefined ? key : undefined
  return stampsOf(definition, [
    [withoutDefault(createdAt), NOW],
    [withoutDefault(updatedAt), NOW],
    [withoutDefault(version), ONE],
    [given[createdBy ?? ''] === undefined ? createdBy : undefined, asker.user?.id],
    [given[updatedBy ?? ''] === undefined ? updatedBy : undefined, asker.user?.id],
  ])
}

export function updateStamps(definition: Definition, asker: Asker, given: Readonly<Record<string, unknown>>): Stamps {
  const { updatedAt, updatedBy } = definition.model.life
  const unless = (key: string | undefined): string | undefined => (given[key ?? ''] === undefined ? key : undefined)
  return stampsOf(definition, [[unless(updatedAt), NOW], [unless(updatedBy), asker.user?.id], next(definition)])
}

/** Of a soft deletion, or of taking it back. */
export function deleteStamps(definition: Definition, asker: Asker, deleted: boolean): Stamps {
  const { deletedAt, deletedBy, updatedAt, updatedBy } = definition.model.life
  return stampsOf(definition, [
    [deletedAt, deleted ? NOW : NULL],
    [deletedBy, deleted ? asker.user?.id : NULL],
    [deleted ? undefined : updatedAt, NOW],
    [deleted ? undefined : updatedBy, asker.user?.id],
    next(definition),
  ])
}

const NOW = sql`now()`
const NULL = sql`null`
const ONE = sql`1`

function next({ model }: Definition): Stamp {
  const key = model.life.version
  return [key, key === undefined ? undefined : sql`${model.byKey.get(key)!.column} + 1`]
}

function stampsOf({ model }: Definition, stamps: readonly Stamp[]): Stamps {
  const sets: { column: ModelColumn; value: SQL }[] = []
  const values: Record<string, unknown> = {}
  for (const [key, value] of stamps) {
    const column = key === undefined ? undefined : model.byKey.get(key)
    // Nobody is known: the column stays as it is.
    if (column === undefined || value === undefined) continue
    if (value instanceof Object && 'queryChunks' in value) {
      sets.push({ column, value: value as SQL })
      continue
    }
    sets.push({ column, value: place(`stamp:${column.key}`, column.column) })
    values[`stamp:${column.key}`] = value
  }
  return { shape: sets.map(({ column }) => sized(column.key)).join(''), sets, values }
}
