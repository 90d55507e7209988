import type { PgTable } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { allOf, type AccessRule } from '../../core/access/index.ts'
import type { Dependency } from '../../core/dependency.ts'
import type { OperationPolicy } from '../../core/policy/policy.ts'
import { named } from '../../schema/index.ts'
import { journalOf } from '../audit/audit-options.ts'
import { columnSchema } from '../columns/column-schema.ts'
import { tableSchemas } from '../columns/table-schemas.ts'
import type { Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import { IncludeSet } from '../include/includes.ts'
import type { RelatedRows } from '../include/include-plan.ts'
import { modelOf } from '../model/model.ts'
import { hasCode } from '../repository/check-rules.ts'
import { fieldAccess } from '../repository/field-access.ts'
import { definitionOf, type Action, type Definition, type RowAccess } from '../repository/definition.ts'
import { relationsIn } from '../rows/relation.ts'
import { pathOf, singularName } from './names.ts'
import { parentOf, type Parent } from './parent.ts'
import { rulesOf } from './access.ts'
import { checkOptions } from './check-options.ts'
import { historyRule } from './history-rule.ts'
import { checkRowSecurity } from '../rls/row-security.ts'
import { declareRows, deletionIn } from '../system/declared-rows.ts'
import type { ResourceOptions } from './options.ts'
import type { ResourceRules } from './rules.ts'
import type { StampName } from './types.ts'

/** A resource worked out: what its operations are made of. */
export interface Declared {
  readonly name: string
  readonly path: string
  /** The path of one row below the resource's: `/:id`. */
  readonly rowPath: string
  readonly params: z.ZodObject
  readonly definition: Definition
  readonly access: RowAccess
  readonly database: Database<DrizzleSchema>
  readonly schemas: {
    /** A row with what it can include. */
    readonly row: z.ZodObject
    readonly create: z.ZodObject
    readonly update: z.ZodObject
    readonly replace: z.ZodObject
  }
  readonly rules: Dependency<ResourceRules<PgTable>> | undefined
  readonly includes: IncludeSet
  /** Of its list, as its repository has it too. */
  readonly defaultSort: readonly string[]
  readonly parent: Parent | undefined
  /** The parameters of the path above the rows. */
  readonly listParams: z.ZodObject | undefined
  /** Of answers of list and read. */
  readonly cache: OperationPolicy<'cache'> | undefined
  readonly requiresMatch: boolean
  /** Of what makes rows, and of what changes many. */
  readonly idempotent: boolean | 'required' | undefined
  /** Who may read the history of rows, where somebody may. */
  readonly history: AccessRule | undefined
  /** Columns of the server's that callers may write all the same. */
  readonly writable: readonly string[]
  /** What its caller may not read: columns of its own, and those of relations as `author.salary`. Nothing in the declaration itself. */
  readonly hidden: ReadonlySet<string>
}

type AnyOptions = ResourceOptions<PgTable> & { readonly refine?: object }

export function declareResource(table: PgTable, options: AnyOptions): Declared {
  const model = modelOf(table, modelOptions(options))
  const what = `resource(${model.name})`
  checkOptions(what, options, model)
  const access = rulesOf(what, options.access)
  const database = options.database as unknown as Database<DrizzleSchema>
  const { schema } = database.options
  const journal = journalOf({ what, model, schema, audit: options.audit })
  const parent = options.parent === undefined ? undefined : parentOf(model, options.parent, declaredOf)
  const definition = definitionOf({
    model,
    access,
    relationsOf: relationsIn(schema, deletionIn(database)),
    journal,
    above: parent && ((session) => parent.above(session)),
    fields: fieldAccess(what, model, options.fields),
  })
  const name = options.name ?? singularName(model.name)
  const rows = { definition, name, database, rls: options.rls }
  checkRowSecurity(rows)
  declareRows(rows)
  const above = parent === undefined ? {} : { [parent.column.key]: parent.schema }
  const includes = new IncludeSet(options.list?.include ?? {}, {
    table,
    schema: database.options.schema,
    relationsOf: definition.relationsOf,
    deletion: deletionIn(database),
    relatedRows,
  })
  return {
    name,
    path: options.path ?? `${parent?.path ?? ''}${pathOf(model.name)}`,
    rowPath: `/${model.primaryKey
      .filter((each) => each !== parent?.column)
      .map(({ key }) => `:${key}`)
      .join('/')}`,
    params: z.object({
      ...above,
      ...Object.fromEntries(model.primaryKey.map(({ key, column }) => [key, columnSchema(column) ?? z.string()])),
    }),
    parent,
    listParams: parent === undefined ? undefined : z.object(above),
    definition,
    access,
    database,
    includes,
    defaultSort: options.list?.defaultSort ?? [],
    schemas: withIncludes(
      withFieldRules(schemasOf(table, name, options, definition), definition, name),
      includes,
      name,
    ),
    rules: options.rules,
    cache: options.cache,
    requiresMatch: options.version === 'required',
    idempotent: options.idempotent,
    history: historyRule(options.access, journal, what),
    writable: options.writable ?? [],
    hidden: new Set(),
  }
}

function modelOptions({ private: hidden, softDelete, version }: AnyOptions): Parameters<typeof modelOf>[1] {
  return {
    ...(hidden !== undefined && { private: hidden }),
    ...(softDelete !== undefined && { softDelete }),
    ...(version !== undefined && { version }),
  }
}

function schemasOf(
  table: PgTable,
  name: string,
  options: AnyOptions,
  { model, owned }: Definition,
): Declared['schemas'] {
  const { private: hidden = [], readOnly = [], writeOnce = [], writable = [], refine } = options
  const stamps = Object.keys(STAMPS).filter((key) => model.byKey.has(key))
  const above = options.parent === undefined ? [] : [options.parent.column]
  const filled = [...above, ...stamps, ...Object.values(model.life), ...owned.map(({ column }) => column.key)]
  const own = filled.filter((key) => !writable.includes(key))
  return tableSchemas(table, {
    name,
    private: hidden,
    readOnly: [...new Set([...readOnly, ...own])] as never[],
    writeOnce,
    // Each schema was held against its column where the resource was declared.
    ...(refine !== undefined && { refine }),
  })
}

/** Says of each column who may read and write it, where not everybody may. */
function withFieldRules(schemas: Declared['schemas'], { fields }: Definition, name: string): Declared['schemas'] {
  if (fields === undefined) return schemas
  const told = (component: string, of: z.ZodObject, what: 'read' | 'write'): z.ZodObject => {
    const shape = Object.entries(of.shape as Record<string, z.ZodType>).map(([key, schema]) => {
      const words = fields.words(key, what)
      if (words === undefined) return [key, schema]
      const text =
        what === 'read' ? `Only for ${words}; absent for others.` : `Written only by ${words}: 403 for others.`
      const described = schema.description === undefined ? text : `${schema.description} ${text}`
      return [key, (what === 'read' ? schema.optional() : schema).describe(described)]
    })
    return named(component, z.object(Object.fromEntries(shape) as Record<string, z.ZodType>))
  }
  return {
    row: told(name, schemas.row, 'read'),
    create: told(`New${name}`, schemas.create, 'write'),
    update: told(`${name}Changes`, schemas.update, 'write'),
    replace: told(`${name}Replacement`, schemas.replace, 'write'),
  }
}

/** Rows are sent with the relations that are asked for. */
function withIncludes(schemas: Declared['schemas'], includes: IncludeSet, name: string): Declared['schemas'] {
  if (includes.names.length === 0) return schemas
  return { ...schemas, row: named(name, z.object({ ...schemas.row.shape, ...includes.shape() })) }
}

/** The types see to it that none is forgotten. */
const STAMPS: Readonly<Record<StampName, true>> = {
  createdAt: true,
  updatedAt: true,
  createdBy: true,
  updatedBy: true,
  deletedAt: true,
  deletedBy: true,
  version: true,
}

export function accessOf({ access, name }: Declared, action: Action): AccessRule {
  const rule = access[action]
  const { read } = access
  if (rule === undefined) throw new TypeError(`The resource ${name} has no rule for ${action}.`)
  // What is changed must be readable too. Conditions on rows stand in the statement; code is asked before.
  if (action === 'create' || read === undefined || read === rule) return rule
  return action === 'list' || hasCode(read) ? allOf(read, rule) : rule
}

const declarations = new WeakMap<object, Declared>()

/** Remembers what a resource was made of, for those that are about it. */
export function remember(resource: object, declared: Declared): void {
  declarations.set(resource, declared)
}

export function declaredOf(resource: object): Declared | undefined {
  return declarations.get(resource)
}

function relatedRows(resource: object): RelatedRows | undefined {
  const declared = declaredOf(resource)
  if (declared === undefined) return undefined
  const { model, above, fields } = declared.definition
  const { read, list } = declared.access
  const many = list === undefined ? read : accessOf(declared, 'list')
  return { model, access: { one: read, many }, above, columnAccess: fields }
}
