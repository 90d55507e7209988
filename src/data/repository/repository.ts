import type { PgTable } from 'drizzle-orm/pg-core'
import { anyOf, type AccessRule } from '../../core/access/index.ts'
import { describeRule } from '../../core/access/decision.ts'
import { currentCaller } from '../../core/builtin.ts'
import { dependency, type Dependency } from '../../core/dependency.ts'
import { Forbidden, NotFound, type ErrorClass } from '../../core/errors/index.ts'
import { journalOf, type AuditOptions } from '../audit/audit-options.ts'
import { changeTeller } from '../changes/change-teller.ts'
import type { ColumnName } from '../columns/table-types.ts'
import type { Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import { modelOf } from '../model/model.ts'
import { checkSchema } from '../resource/check-options.ts'
import { declaredOf, type Declared } from '../resource/declared.ts'
import { singularName } from '../resource/names.ts'
import { rulesOf, type ResourceAccess } from '../resource/access.ts'
import { relationsIn } from '../rows/relation.ts'
import { checkRowSecurity, isSecured, rowSecurityOf } from '../rls/row-security.ts'
import type { RowPolicies } from '../rls/row-security-options.ts'
import { declareRows, deletionIn } from '../system/declared-rows.ts'
import { transactionRunner } from '../tx-runner.ts'
import { hasCode } from './check-rules.ts'
import { askingRule } from './asking-rule.ts'
import { hiddenFrom, withoutHidden } from './definition-view.ts'
import { definitionOf, type Definition, type RowAccess } from './definition.ts'
import type { Repository } from './repository-types.ts'
import { RowSession } from './row-session.ts'
import { rowStreams } from './row-streams.ts'
import { repositoryParts, StoredRows, type RepositoryParts } from './stored-rows.ts'

/** What a table is to a repository. Columns go by their keys in the Drizzle table. */
export interface RepositoryOptions<Table extends PgTable> {
  readonly database: Database<DrizzleSchema> | Database
  /** Who may do what to which rows; what has no rule, nobody may. */
  readonly access: ResourceAccess
  /** What one row is called, in messages. Default: made of the table's name. */
  readonly name?: string
  /** Columns that `jsonLines` leaves out. */
  readonly private?: readonly ColumnName<Table>[]
  readonly softDelete?: boolean | ColumnName<Table>
  readonly version?: boolean
  /** As of {@link ResourceOptions.rls}. */
  readonly rls?: boolean | RowPolicies
  /** `true`: who changed what is kept in the table `auditTrail`, in the transaction of each change. Default `false`. */
  readonly audit?: boolean | AuditOptions<Table>
}

/** The dependency that gives a repository, in a request. */
export type RepositoryDependency<Table extends PgTable> = Dependency<
  Repository<Table>,
  {
    readonly inputs: { readonly access: AccessRule }
    readonly uses: {}
    readonly errors: typeof NotFound | typeof Forbidden
    readonly life: 'handled'
    readonly request: true
  }
>

/**
 * The rows of a table for hand-written code, as a dependency: each statement has the caller's rules in it, so that there is no way to another's
 * rows. It runs in the operation's transaction (`database.transaction`). What is to go past the rules says so: `database.system('why')`.
 *
 * @example
 * const taskRepository = repository(tasks, { database: db, access: owner('ownerId') })
 * const finish = route.post('/tasks/:id/finish', { access: authenticated, uses: { tasks: taskRepository }, response: Task },
 *   ({ params, tasks }) => tasks.update(params.id, { done: true }))
 * @example
 * const ownTasks = repository(taskApi)
 * @param table - The Drizzle table; or a resource, whose options then hold here too, and its rules unless `access` says others.
 * @throws TypeError where the options name what the table does not have.
 */
export function repository<Table extends PgTable>(
  resource: TableResource<Table>,
  options?: { readonly access: ResourceAccess },
): RepositoryDependency<Table>
export function repository<Table extends PgTable>(
  table: Table,
  options: RepositoryOptions<Table>,
): RepositoryDependency<Table>
export function repository<Table extends PgTable>(
  of: Table | TableResource<Table>,
  options?: RepositoryOptions<Table> | { readonly access: ResourceAccess },
): RepositoryDependency<Table> {
  const declared = declaredOf(of)
  if (declared !== undefined) {
    const parts = repositoryParts({
      definition: withAccess(declared, options?.access),
      name: declared.name,
      defaultSort: declared.defaultSort,
    })
    return repositoryDependency(parts, declared.database)
  }
  // What is no resource is a table, with options of its own.
  if (options !== undefined) return repositoryOf(of as Table, options as RepositoryOptions<Table>)
  throw new TypeError(
    'repository(table, options) needs to know who may do what: write { database, access: { read: ... } }.',
  )
}

function withAccess({ definition, name }: Declared, access: ResourceAccess | undefined): Definition {
  return access === undefined
    ? definition
    : definitionOf({ ...definition, access: rulesOf(`repository(${name})`, access) })
}

/** A resource, with the table it is made of in its type. */
export interface TableResource<Table extends PgTable> {
  readonly kind: 'router'
  readonly '~table'?: Table
}

function repositoryOf<Table extends PgTable>(
  table: Table,
  options: RepositoryOptions<Table>,
): RepositoryDependency<Table> {
  const database = options.database as unknown as Database<DrizzleSchema>
  const model = modelOf(table, {
    ...(options.private !== undefined && { private: options.private }),
    ...(options.softDelete !== undefined && { softDelete: options.softDelete }),
    ...(options.version !== undefined && { version: options.version }),
  })
  const { schema } = database.options
  const what = `repository(${model.name})`
  checkSchema(schema, model)
  const definition = definitionOf({
    model,
    access: rulesOf(what, options.access),
    relationsOf: relationsIn(schema, deletionIn(database)),
    journal: journalOf({ what, model, schema, audit: options.audit }),
  })
  return repositoryDependency(
    repositoryParts({ definition, name: options.name ?? singularName(model.name) }),
    database,
    options.rls,
  )
}

function repositoryDependency<Table extends PgTable>(
  parts: RepositoryParts,
  database: Database<DrizzleSchema>,
  rls?: boolean | RowPolicies,
): RepositoryDependency<Table> {
  const { definition, name, defaultSort } = parts
  for (const rule of Object.values(definition.access))
    if (rule !== undefined && typeof rls !== 'object') checkNoCode(rule, name)
  const partsFor = partsByHidden(parts)
  const declared = dependency(
    {
      name: `repository of ${name}`,
      uses: {
        engine: database.engine as Dependency<EngineOf, AppLife>,
        tx: database.transaction,
        caller: currentCaller,
      },
      access: askingRule(anyRule(definition.access), definition.fields?.rules ?? []),
      errors: [NotFound, Forbidden] as readonly ErrorClass[],
    },
    ({ engine, tx, caller }) => {
      const own = partsFor(hiddenFrom(definition, caller))
      const session = new RowSession({
        definition: own.definition,
        runner: transactionRunner(tx, engine),
        asker: caller,
        inTransaction: true,
        tell: changeTeller(engine, tx),
      })
      return new StoredRows(own, {
        session,
        signingKey: () => engine.signingKey(),
        streams: rowStreams(own, engine, isSecured(database) ? rowSecurityOf(database).claims(caller) : undefined),
      })
    },
  )
  const rows = { definition, name, database, rls, defaultSort }
  checkRowSecurity(rows)
  declareRows(rows, declared)
  // What it gives has the table's types, which the code below does not know.
  return declared as unknown as RepositoryDependency<Table>
}

/** The parts for those from whom these columns are hidden, made once for each set. */
function partsByHidden(parts: RepositoryParts): (hidden: ReadonlySet<string>) => RepositoryParts {
  const made = new Map<ReadonlySet<string>, RepositoryParts>()
  return (hidden) => {
    if (hidden.size === 0) return parts
    const found =
      made.get(hidden) ?? repositoryParts({ ...parts, definition: withoutHidden(parts.definition, hidden), hidden })
    made.set(hidden, found)
    return found
  }
}

type EngineOf = Engine<DrizzleSchema>
type AppLife = { inputs: {}; uses: {}; errors: never; life: 'app'; request: false }

/** Code of a rule is asked by the operation it stands at, and there is none here: nobody would have anything. */
function checkNoCode(rule: AccessRule, name: string): void {
  if (!hasCode(rule)) return
  throw new TypeError(
    `The rule "${describeRule(rule.node)}" of the repository of ${name} has code of its own, which only an operation asks. Say which rows it is about, ` +
      `rows('name', ({ table, user }) => ...); or give the repository rules of its own: repository(resource, { access: ... }).`,
  )
}

/** Somebody for whom none of the rules holds has no use for it. */
function anyRule(access: RowAccess): AccessRule {
  const rules = new Set(Object.values(access).filter((rule) => rule !== undefined))
  const [first, ...others] = rules
  if (first === undefined)
    throw new TypeError(
      'A repository without a rule gives nobody anything: say who may do what, access: { read: ... }.',
    )
  return others.length === 0 ? first : anyOf(first, ...others)
}
