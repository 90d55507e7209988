import type { MaybePromise } from '../../core/maybe-promise.ts'
import { ScopedTransaction, type DrizzleSchema, type Transaction } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import type { TableTags } from './table-tags.ts'

/** Whom a database tells what was changed. */
export interface Announcer {
  /** Whether anybody wants to know. */
  readonly isHeard: boolean
  announce(tags: readonly string[]): Promise<void>
}

/** An announcer to nobody. */
export const NOBODY: Announcer = { isHeard: false, announce: () => Promise.resolve() }

/** The same, with what it takes to tell which tables a statement reaches. */
export interface ToldChanges {
  readonly announcer: Announcer
  readonly tables: TableTags
}

/** Told of each change of a table: at once where it is saved already, else with the commit. */
export type ChangeTeller = (table: string, kind: { readonly deletes: boolean }) => MaybePromise<void>

/** `undefined` where nobody wants to know. */
export function changeTeller<Schema extends DrizzleSchema>(
  { changes: { announcer, tables } }: Pick<Engine<Schema>, 'changes'>,
  tx: Transaction<Schema> | undefined,
): ChangeTeller | undefined {
  if (!announcer.isHeard) return undefined
  if (tx instanceof ScopedTransaction) return (table, kind) => tx.hooks.changed(tables.of(table, kind))
  return (table, kind) => announcer.announce(tables.of(table, kind))
}
