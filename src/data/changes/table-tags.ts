import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import type { DrizzleSchema } from '../drizzle.ts'

/** The tag under which what is read of a table is kept: `table:tasks`, or `table:shop.tasks` in another schema than the usual. */
export function tableTag(table: PgTable): string {
  return `table:${qualifiedName(table)}`
}

/** Changes with every table. */
export const ANY_TABLE = 'table:*'

/** As Drizzle names the tables of a statement. */
export function qualifiedName(table: PgTable): string {
  const { schema, name } = getTableConfig(table)
  return schema === undefined ? name : `${schema}.${name}`
}

/** Which tables a change of one reaches: those too whose rows PostgreSQL deletes or changes with it. */
export class TableTags {
  readonly #tables: readonly PgTable[]
  /** By the name of the table that is referred to: the tables whose rows follow it. */
  #followers: ReadonlyMap<string, readonly string[]> | undefined
  readonly #deleted = new Map<string, readonly string[]>()

  constructor(schema: DrizzleSchema | undefined) {
    this.#tables = Object.values(schema ?? {}).filter((each) => is(each, PgTable))
  }

  /** @param name - As Drizzle names it. */
  of(name: string, { deletes }: { readonly deletes: boolean }): readonly string[] {
    if (!deletes) return [`table:${name}`]
    const known = this.#deleted.get(name)
    if (known !== undefined) return known
    const reached = new Set([name])
    for (const each of reached) for (const follower of this.#followersOf(each)) reached.add(follower)
    const tags = [...reached].map((each) => `table:${each}`)
    this.#deleted.set(name, tags)
    return tags
  }

  #followersOf(name: string): readonly string[] {
    this.#followers ??= followers(this.#tables)
    return this.#followers.get(name) ?? []
  }
}

function followers(tables: readonly PgTable[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const table of tables)
    for (const key of getTableConfig(table).foreignKeys) {
      if (key.onDelete === undefined || key.onDelete === 'no action' || key.onDelete === 'restrict') continue
      const to = qualifiedName(key.reference().foreignTable)
      found.set(to, [...(found.get(to) ?? []), qualifiedName(table)])
    }
  return found
}
