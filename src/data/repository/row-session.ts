import { and, isNull, sql, type SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccessRule, Principal } from '../../core/access/index.ts'
import type { CallerScope } from '../../core/builtin.ts'
import type { ChangeTeller } from '../changes/change-teller.ts'
import { qualifiedName } from '../changes/table-tags.ts'
import { unobserved } from '../observe/observed-runner.ts'
import { everyOf, type Scope } from '../rows/condition.ts'
import { columnOf, rowScope } from '../rows/row-scope.ts'
import { compileStatement, placesOf, putValues, shapeOf, type CompiledStatement } from '../statements/compile.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { Runner } from '../wire/runner.ts'
import type { Action, Definition } from './definition.ts'

/** Who asks: the caller of a request, or the system, which may everything. */
export interface Asker {
  readonly user: Principal | undefined
  readonly scopeOf: CallerScope['scopeOf']
  /** For the audit trail: in which request, and in which operation of it. */
  readonly requestId?: string | undefined
  readonly operation?: string | undefined
  /** Why the system acts, where it does. */
  readonly reason?: string | undefined
}

export const SYSTEM: Asker = { user: undefined, scopeOf: () => true }

/** The system, with what the audit trail says about it. */
export function systemAsker(facts: Pick<Asker, 'reason' | 'requestId' | 'operation'>): Asker {
  return { ...SYSTEM, ...facts }
}

export function isSystem({ scopeOf }: Asker): boolean {
  return scopeOf === SYSTEM.scopeOf
}

interface SessionOptions {
  readonly definition: Definition
  readonly runner: Runner
  readonly asker: Asker
  /** What rules with code of their own count as: `true` where the operation has asked them. */
  readonly custom?: boolean
  /** Whether the connection is in a transaction, which undoes what it refuses. Default `false`. */
  readonly inTransaction?: boolean
  /** More that every row must satisfy: its place below one parent. Default: below any that the asker may read, where its resource is below another. */
  readonly within?: Scope | undefined
  /** Told of each change, where anybody wants to know. */
  readonly tell?: ChangeTeller | undefined
}

/** What one asker may do to a table's rows on one connection: every statement has the scope in it. */
export class RowSession {
  readonly definition: Definition
  readonly runner: Runner
  readonly asker: Asker
  readonly inTransaction: boolean
  readonly #custom: boolean
  readonly #tell: ChangeTeller | undefined
  readonly #within: Scope | undefined
  readonly #scopes = new Map<Action, Scope>()

  constructor({ definition, runner, asker, custom = false, inTransaction = false, within, tell }: SessionOptions) {
    this.definition = definition
    this.runner = runner
    this.asker = asker
    this.inTransaction = inTransaction
    this.#custom = custom
    this.#within = within
    this.#tell = tell
  }

  /** For one statement many times on purpose, which nobody is to be warned of. */
  inBulk(): RowSession {
    const { definition, asker, inTransaction } = this
    return new RowSession({
      definition,
      runner: unobserved(this.runner),
      asker,
      inTransaction,
      custom: this.#custom,
      within: this.#within,
      tell: this.#tell,
    })
  }

  /** The same connection, asked by the system. */
  asSystem(): RowSession {
    return new RowSession({ definition: this.definition, runner: this.runner, asker: SYSTEM, tell: this.#tell })
  }

  /** The rows to which the asker may do this. What is changed must be readable too. */
  scope(action: Action): Scope {
    const known = this.#scopes.get(action)
    if (known !== undefined) return known
    const { access } = this.definition
    const rule = this.#ruleOf(action)
    const readable =
      action === 'create' || access.read === undefined || access.read === rule ? true : this.scope('read')
    const scope = everyOf([this.#within ?? this.#above(), readable, this.scopeBy(rule)])
    this.#scopes.set(action, scope)
    return scope
  }

  #ruleOf(action: Action): AccessRule | undefined {
    const { access } = this.definition
    if (action === 'purge') return access.purge ?? access.delete
    return action === 'list' ? (access.list ?? access.read) : access[action]
  }

  /** What the action's own rule says, wherever the row is: what is written must satisfy it. */
  ownScope(action: Action): Scope {
    // Below one parent, that was asked for before.
    const above = this.#within === undefined ? this.#above() : true
    return everyOf([above, this.scopeBy(this.definition.access[action])])
  }

  #above(): Scope {
    return isSystem(this.asker) ? true : (this.definition.above?.(this) ?? true)
  }

  scopeBy(rule: AccessRule | undefined): Scope {
    if (rule === undefined) return isSystem(this.asker)
    const { model, relationsOf } = this.definition
    return rowScope(this.asker.scopeOf(rule, this.#custom), model.table, { caller: this.asker, relationsOf })
  }

  /** The rows of a related table that a rule of theirs leaves the asker. */
  relatedScope(rule: AccessRule | undefined, table: PgTable): Scope {
    if (rule === undefined) return isSystem(this.asker)
    const { relationsOf } = this.definition
    return rowScope(this.asker.scopeOf(rule, false), table, { caller: this.asker, relationsOf })
  }

  /** Runs the statement of this shape, which is built where there is none yet. */
  run(shape: string, build: () => SQL, values: Readonly<Record<string, unknown>>): Promise<RowSet> {
    const statement = this.definition.statements.get(shape, () => compileStatement(build()))
    return this.runStatement(statement, values)
  }

  /** The same for a statement that changes rows, and gives them back. */
  runChange(
    shape: string,
    build: () => SQL,
    { values, deletes = false }: { readonly values: Readonly<Record<string, unknown>>; readonly deletes?: boolean },
  ): Promise<RowSet> {
    const rows = this.run(shape, build, values)
    return this.#tell === undefined ? rows : this.#told(rows, this.#tell, deletes)
  }

  async #told(changing: Promise<RowSet>, tell: ChangeTeller, deletes: boolean): Promise<RowSet> {
    let changed = true
    try {
      const rows = await changing
      changed = rows.length > 0
      return rows
    } finally {
      // Also where it is not known whether it was saved.
      if (changed) await tell(qualifiedName(this.definition.model.table), { deletes })
    }
  }

  runStatement(statement: CompiledStatement, values: Readonly<Record<string, unknown>>): Promise<RowSet> {
    return this.runner.run(statement, statement.bind(values))
  }
}

/** A scope's part of the WHERE, its shape and its values. */
export interface ScopePart {
  /** Whether it is all rows. */
  readonly all: boolean
  readonly shape: string
  readonly where: (table: PgTable) => SQL | undefined
  readonly put: (values: Record<string, unknown>) => void
}

/** `prefix` tells the values of several scopes of one statement apart. */
export function scopePart(scope: Scope, prefix: string): ScopePart {
  if (typeof scope === 'boolean')
    return { all: scope, shape: shapeOf(scope), where: () => (scope ? undefined : sql`false`), put: () => undefined }
  return {
    all: false,
    shape: scope.shape,
    where: (table) => scope.sql(table, placesOf(prefix)),
    put: (values) => putValues(values, prefix, scope),
  }
}

/** Rows that are not deleted softly. */
export function living({ model }: Pick<Definition, 'model'>): SQL | undefined {
  return aliveIn(model, model.table)
}

/** The same under another name of the table. */
export function aliveIn({ life: { deletedAt } }: Definition['model'], table: PgTable): SQL | undefined {
  return deletedAt === undefined ? undefined : isNull(columnOf(table, deletedAt))
}

export function allOfThem(...parts: readonly (SQL | undefined)[]): SQL {
  return and(...parts) ?? sql`true`
}
