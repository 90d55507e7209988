import { or, sql, type SQL } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import type { AccessRule } from '../../core/access/index.ts'
import type { CallerScope } from '../../core/builtin.ts'
import { expression, qualified } from '../sql-text.ts'
import type { DatabaseOptions } from '../database-options.ts'
import type { Definition } from '../repository/definition.ts'
import { declaredRowsIn, type DeclaredRows } from '../system/declared-rows.ts'
import { ClaimSet } from './claim-set.ts'
import { policyClaim, policyExpression } from './policy-expression.ts'
import type { RowPolicies } from './row-security-options.ts'
import { ThroughFunctions } from './through-function.ts'

/** The policies of a database's tables, and what they ask of a caller. */
interface RowSecurity {
  /** What makes the policies, in this order. */
  readonly statements: readonly string[]
  claims(caller: CallerScope | undefined): string
}

const known = new WeakMap<object, { readonly count: number; readonly security: RowSecurity }>()

/** Worked out from all that is declared until now: when it is first needed, all modules are there. */
export function rowSecurityOf(database: object): RowSecurity {
  const declared = declaredRowsIn(database)
  const found = known.get(database)
  if (found !== undefined && found.count === declared.length) return found.security
  const security = securityOf(declared.filter(({ rls }) => rls !== undefined && rls !== false))
  known.set(database, { count: declared.length, security })
  return security
}

/** The claims as text, and all of them: where no setting was made it is NULL, after a transaction that made one it is empty. */
const FUNCTIONS = [
  'CREATE SCHEMA IF NOT EXISTS ashlar',
  `CREATE OR REPLACE FUNCTION ashlar.claims() RETURNS jsonb LANGUAGE sql STABLE AS $$ select nullif(current_setting('ashlar.claims', true), '')::jsonb $$`,
  `CREATE OR REPLACE FUNCTION ashlar.claim(name text) RETURNS text LANGUAGE sql STABLE AS $$ select nullif(current_setting('ashlar.claims', true), '')::jsonb ->> name $$`,
]

function securityOf(declared: readonly DeclaredRows[]): RowSecurity {
  const claims = new ClaimSet()
  const functions = new ThroughFunctions()
  const tables = Map.groupBy(declared, ({ definition }) => definition.model.table)
  const policies = [...tables.values()].flatMap((rows) => tableStatements(rows, { claims, functions }))
  return {
    statements: policies.length === 0 ? [] : [...FUNCTIONS, ...functions.statements, ...policies],
    claims: (caller) => claims.json(caller),
  }
}

/**
 * The statements that make the policies of everything declared with `rls` on this database, with their functions, in order. `ashlar migrate make` and
 * `check` know them already: this is for who writes migrations in another way.
 *
 * @example
 * const secured = database({ schema: tables, rls: true })
 * const statements = policyStatements(secured).join(';\n')
 * @throws TypeError where a rule cannot be made a policy.
 */
export function policyStatements(database: { readonly options: Pick<DatabaseOptions, 'rls'> }): readonly string[] {
  return rowSecurityOf(database).statements
}

/** Whether the server holds the app to its rules: transactions of the database then carry claims. */
export function isSecured({ options: { rls = false } }: { readonly options: Pick<DatabaseOptions, 'rls'> }): boolean {
  return rls !== false
}

/**
 * Checks what can be checked where rows are declared: their relations may be declared later.
 *
 * @throws TypeError where a rule cannot be made a policy.
 */
export function checkRowSecurity(declared: DeclaredRows): void {
  const { name, rls = false, database } = declared
  if (rls === false) return
  if (!isSecured(database as Parameters<typeof isSecured>[0])) {
    throw new TypeError(
      `${name} has rls, and its database has not: its transactions would carry nothing that policies could ask. Write database({ rls: true }).`,
    )
  }
  const parts = { claims: new ClaimSet(), functions: { call: () => sql`true`, statements: [] } as never }
  const definition = { ...declared.definition, relationsOf: anyRelation }
  tableStatements([{ ...declared, definition }], parts)
}

const anyRelation: Definition['relationsOf'] = () => new Proxy({}, { get: () => ({ columns: [] }) })

interface Parts {
  readonly claims: ClaimSet
  readonly functions: ThroughFunctions
}

/** Several declarations of one table: what one of them allows, its policies let through. */
function tableStatements(declared: readonly DeclaredRows[], parts: Parts): string[] {
  const [first] = declared
  const config = getTableConfig(first!.definition.model.table)
  const table = qualified(config.schema, config.name)
  const any = (scopeOf: (scopes: Scopes) => SQL): string => {
    const conditions = declared.map((each) => scopeOf(scopesOf(each, parts)))
    return expression(or(sql`${policyClaim('system')} = 'true'`, ...conditions) as SQL, { columns: 'qualified' })
  }
  const create = (command: string, body: string): string =>
    `CREATE POLICY ashlar_${command.toLowerCase()} ON ${table} FOR ${command} ${body}`
  const written = any(({ written: condition }) => condition)
  return [
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
    create('SELECT', `USING (${any(({ read }) => read)})`),
    create('INSERT', `WITH CHECK (${any(({ create: condition }) => condition)})`),
    create('UPDATE', `USING (${any(({ changed }) => changed)}) WITH CHECK (${written})`),
    create('DELETE', `USING (${any(({ removed }) => removed)})`),
  ]
}

/** As the statements of a repository have them: what is changed must be readable too. */
interface Scopes {
  readonly read: SQL
  readonly create: SQL
  readonly changed: SQL
  readonly written: SQL
  readonly removed: SQL
}

function scopesOf({ definition, rls }: DeclaredRows, { claims, functions }: Parts): Scopes {
  const { access, model, relationsOf } = definition
  const { table, name } = model
  const byHand: RowPolicies = typeof rls === 'object' ? rls : {}
  const context = { name, table, original: table, relationsOf, claims, functions, claim: policyClaim, all: ALL_CLAIMS }
  const own = (action: keyof RowPolicies, rule: AccessRule | undefined = access[action]): SQL =>
    byHand[action] ?? (rule === undefined ? NONE : policyExpression(rule, context))
  const readable = access.read === undefined && byHand.read === undefined ? sql`true` : own('read')
  const isSoft = model.life.deletedAt !== undefined
  const purge = own('purge', access.purge ?? access.delete)
  const remove = own('delete')
  // A soft deletion is an update, for those who may delete.
  const update = isSoft ? sql`(${own('update')} or ${remove})` : own('update')
  return {
    read:
      access.read === undefined && byHand.read === undefined ? sql`(${update} or ${remove} or ${purge})` : own('read'),
    create: own('create'),
    changed: sql`(${readable} and ${update})`,
    written: update,
    removed: sql`(${readable} and ${isSoft ? purge : sql`(${remove} or ${purge})`})`,
  }
}

const NONE = sql`false`
const ALL_CLAIMS = sql`(select ashlar.claims())`
