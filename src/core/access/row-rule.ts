import type { Authenticator, Principal } from './authenticator.ts'
import { makeRule, type AccessRule, type Owning } from './rule.ts'

/** Which rows of a table a caller may have. The core carries it; `ashlar/data` makes SQL of it. */
export type RowCondition =
  | { readonly type: 'column'; readonly column: string; readonly value: (user: never) => unknown }
  | { readonly type: 'through'; readonly relation: string; readonly rule: AccessRule }
  | { readonly type: 'predicate'; readonly predicate: (context: never) => unknown }

/** A rule about rows, in the tree of an access rule: what `ashlar/data` reads to make SQL of it. */
export interface RowNode {
  readonly type: 'rows'
  /** In words, for the documentation and the access matrix. */
  readonly name: string
  readonly condition: RowCondition
  /** Whether it can be asked about nobody. */
  readonly anonymous: boolean
}

/** What a predicate of your own is called with. `table` is the table, or an alias of it: take the columns from there. */
export interface RowContext<User, Table = unknown> {
  readonly user: User
  readonly table: Table
}

/** Of {@link rows}. */
export interface RowRuleOptions {
  /** `true`: also asked about callers without credentials, whose `user` is `undefined`. Default `false`. */
  readonly anonymous?: boolean
}

/** The rules about rows, typed with the user of some authenticators. */
export interface RowRules<User> {
  readonly owner: <const Column extends string>(
    column: Column,
    value?: (user: User) => unknown,
  ) => AccessRule<User> & Owning<Column>
  readonly tenant: <const Column extends string>(
    column: Column,
    value: (user: User) => unknown,
  ) => AccessRule<User> & Owning<Column>
  readonly through: (relation: string, rule: AccessRule) => AccessRule<User>
  readonly rows: RowsFunction<User>
}

/** The type of {@link rows}: a predicate that is also asked about nobody is given a `user` that may be `undefined`. */
export interface RowsFunction<User> {
  <Table>(
    name: string,
    predicate: (context: RowContext<User | undefined, Table>) => unknown,
    options: RowRuleOptions & { readonly anonymous: true },
  ): AccessRule<User | undefined>
  <Table>(name: string, predicate: (context: RowContext<User, Table>) => unknown): AccessRule<User>
}

export function rowRules<User>(authenticators: readonly Authenticator[] | undefined): RowRules<User> {
  const make = <U>(name: string, condition: RowCondition, anonymous = false): AccessRule<U> =>
    makeRule<U>({ type: 'rows', name, condition, anonymous }, authenticators)
  const column = (name: string, column: string, value: (user: User) => unknown): AccessRule<User> =>
    make(name, { type: 'column', column, value })
  return {
    owner: (key, value = idOf) => column(`owner(${key})`, key, value),
    tenant: (key, value) => column(`tenant(${key})`, key, value),
    through: (relation, rule) => make(`through(${relation})`, { type: 'through', relation, rule }),
    rows: (name: string, predicate: (context: never) => unknown, options?: RowRuleOptions) =>
      make<User>(name, { type: 'predicate', predicate }, options?.anonymous),
  }
}

/** Every authenticator's user is a principal. */
function idOf(user: unknown): unknown {
  return (user as Principal).id
}

const unbound = rowRules<Principal>(undefined)

/**
 * The rows whose column holds the caller's id. For `resource(...)` and `repository(...)`, where it becomes part of every statement: another's row
 * is not found. What the caller creates is theirs: the column is filled by the server and cannot be sent.
 *
 * @example
 * export const taskApi = resource(tasks, { database: db, access: anyOf(owner('ownerId'), role('admin')) })
 * @param column - The column's key in the Drizzle table.
 * @param value - What the column is compared with. Default: the caller's `id`.
 */
export const owner: RowRules<Principal>['owner'] = unbound.owner

/**
 * The rows of the caller's tenant: as {@link owner}, for a value that many callers share. Combine it with others by {@link allOf}.
 *
 * @example
 * const member = allOf(tenant('teamId', (user) => teamOf(user)), authenticated)
 */
export const tenant: RowRules<Principal>['tenant'] = unbound.tenant

/**
 * The rows that lead, by a relation of the Drizzle schema, to a row which `rule` allows. For a relation to many, to at least one.
 *
 * @example
 * const ofMyLists = through('list', owner('ownerId'))
 */
export const through: RowRules<Principal>['through'] = unbound.through

/**
 * The rows for which a predicate of your own holds. It gives a Drizzle condition on the columns of `table`, which may be an alias, or `true` or
 * `false` for all or none.
 *
 * @example
 * const published = rows<typeof posts>('published', ({ table }) => eq(table.published, true), { anonymous: true })
 * @param name - For the documentation and the access matrix.
 */
export const rows: RowRules<Principal>['rows'] = unbound.rows
