import { z } from 'zod'
import { AshlarError } from '../../core/errors/index.ts'
import { JsonBytes } from '../../core/json-bytes.ts'
import type { Operation } from '../../core/operation.ts'
import { compileSerializer, type Serializer } from '../../schema/index.ts'
import { allSettled } from '../all-settled.ts'
import { columnSchema } from '../columns/column-schema.ts'
import { CheckViolation, ForeignKeyViolation, UniqueViolation } from '../errors.ts'
import type { RowSession } from '../repository/row-session.ts'
import { keyOf } from '../repository/read-rows.ts'
import { translateDatabaseError } from '../translate-error.ts'
import { JsonSink } from '../wire/json-sink.ts'
import type { RowSet } from '../wire/row-set.ts'
import { changeErrors, fieldErrors } from './change-errors.ts'
import { createRow } from './create.ts'
import type { Declared } from './declared.ts'
import { resourceOperation, sessionOf, type OperationParts, type ResourceContext } from './operations.ts'
import type { BulkOptions } from './options.ts'
import { deleteOne } from './remove.ts'
import { updateOne } from './update.ts'
import { perView } from './view.ts'

/** Rows of one call at most, where nothing else is said. */
const BULK_MAX = 100

/** The operations on many rows at once: all of them are changed, or none. */
export function bulkOperations(declared: Declared, bulk: BulkOptions): Record<string, Operation> {
  const { create, update, delete: remove } = declared.access
  const max = bulk.max ?? BULK_MAX
  return {
    ...(bulk.create === true && create !== undefined && { createMany: createMany(declared, max) }),
    ...(bulk.update === true && update !== undefined && { updateMany: updateMany(declared, max) }),
    ...(bulk.delete === true && remove !== undefined && { deleteMany: deleteMany(declared, max) }),
  }
}

type Item = Readonly<Record<string, unknown>>
/** Does it to one row of the resource, as the caller has that. */
type Each = (
  view: Declared,
  context: ResourceContext,
  of: { session: RowSession; item: Item },
) => Promise<RowSet | void>

const WRITE_ERRORS = [UniqueViolation, ForeignKeyViolation, CheckViolation]

function createMany(declared: Declared, max: number): Operation {
  return bulkOperation(
    declared,
    {
      method: 'POST',
      path: '/bulk',
      action: 'create',
      summary: `Create many ${declared.name} records`,
      status: 201,
      errors: [...WRITE_ERRORS, ...fieldErrors(declared)],
    },
    {
      item: declared.schemas.create,
      max,
      each: (view, context, { session, item }) => createRow(view, context, { session, fields: item }),
      sent: true,
    },
  )
}

function updateMany(declared: Declared, max: number): Operation {
  return bulkOperation(
    declared,
    {
      method: 'PATCH',
      path: '/bulk',
      action: 'update',
      summary: `Change many ${declared.name} records`,
      errors: [...changeErrors(declared), ...WRITE_ERRORS],
    },
    {
      item: z.object({ ...keyShape(declared), ...declared.schemas.update.shape, ...versionShape(declared) }),
      max,
      each: (view, context, { session, item }) =>
        updateOne(view, context, { session, ...partsOf(view, context, item) }),
      sent: true,
    },
  )
}

function deleteMany(declared: Declared, max: number): Operation {
  return bulkOperation(
    declared,
    {
      method: 'POST',
      path: '/bulk/delete',
      action: 'delete',
      summary: `Delete many ${declared.name} records`,
      errors: [...changeErrors(declared), ForeignKeyViolation],
    },
    {
      item: z.object({ ...keyShape(declared), ...versionShape(declared) }),
      max,
      each: (view, context, { session, item }) =>
        deleteOne(view, context, { session, ...partsOf(view, context, item) }),
      empty: true,
    },
  )
}

interface Bulk {
  readonly item: z.ZodType
  readonly max: number
  readonly each: Each
  /** Whether nothing is answered. */
  readonly empty?: boolean
  /** Whether its items are rows that are written. */
  readonly sent?: boolean
}

function bulkOperation(
  declared: Declared,
  parts: OperationParts,
  { item, max, each, empty = false, sent = false }: Bulk,
): Operation {
  const { listParams, rules, schemas } = declared
  const writeFor = perView(rowsWriter)
  return resourceOperation(
    declared,
    {
      ...parts,
      inputs: {
        body: z.object({ items: z.array(item).min(1).max(max) }),
        ...(listParams !== undefined && { params: listParams }),
      },
      ...(!empty && { response: z.object({ items: z.array(schemas.row) }) }),
      inTransaction: true,
      repeats: true,
      ...(sent && { sent: 'items' }),
      ...(rules !== undefined && { uses: { rules } }),
    },
    async (context, view) => {
      const session = sessionOf(view, context).inBulk()
      await view.parent?.check(session, context.params)
      // The body's schema says so.
      const items = context.body['items'] as readonly Item[]
      const one = (item: Item, index: number): Promise<RowSet | void> =>
        each(view, context, { session, item }).catch((error: unknown) => atItem(error, index))
      const rows = rules === undefined ? await allSettled(items.map(one)) : await inTurn(items, one)
      return empty ? undefined : writeFor(view)(rows as readonly RowSet[])
    },
  )
}

/** Rules may look at what the items before have done. Without them the statements are sent one behind the other, and answered together. */
async function inTurn(
  items: readonly Item[],
  one: (item: Item, index: number) => Promise<RowSet | void>,
): Promise<(RowSet | void)[]> {
  const rows: (RowSet | void)[] = []
  for (const [index, item] of items.entries()) rows.push(await one(item, index))
  return rows
}

/** Says which of the items it was. */
function atItem(error: unknown, index: number): never {
  const told = error instanceof AshlarError ? error : translateDatabaseError(error)
  // A conflict with other transactions (503) is no single item's, and is tried again by what the database said.
  if (told === undefined || told.status >= 500) throw error
  throw new PositionedError(told, index)
}

class PositionedError extends AshlarError {
  constructor(error: AshlarError, index: number) {
    const { code, status, title } = error
    super({ code, status, title }, `items.${index}: ${error.message}`, error.data, {
      cause: error,
      headers: error.headers,
    })
  }
}

function rowsWriter({ definition, schemas }: Declared): (rows: readonly RowSet[]) => JsonBytes {
  const { json, object } = definition.visible
  // Compiled when it is first needed: what the rows include may be declared after them.
  let writeRow: Serializer | undefined
  return (sets) => {
    const sink = new JsonSink()
    sink.latin1('{"items":[')
    for (const [index, rows] of sets.entries()) {
      if (index > 0) sink.byte(0x2c)
      if (json === undefined) sink.text((writeRow ??= compileSerializer(schemas.row))(object(rows, 0)))
      else json(rows, sink, { to: 1 })
    }
    sink.latin1(']}')
    return new JsonBytes(sink.toBuffer())
  }
}

/** What of the key the path does not say. */
function keyShape({ definition, parent }: Declared): Record<string, z.ZodType> {
  const own = definition.model.primaryKey.filter(({ key }) => key !== parent?.column.key)
  return Object.fromEntries(own.map(({ key, column }) => [key, columnSchema(column) ?? z.string()]))
}

/** In the place of the header, which is about one row. */
function versionShape({ definition, requiresMatch }: Declared): Record<string, z.ZodType> {
  if (definition.version === undefined) return {}
  const version = z.int32().describe('The version that is to be changed.')
  return { [definition.version.column.key]: requiresMatch ? version : version.optional() }
}

interface ItemParts {
  readonly key: Readonly<Record<string, unknown>>
  readonly fields: Readonly<Record<string, unknown>>
  readonly versions: readonly string[] | undefined
}

function partsOf({ definition, parent }: Declared, { params }: ResourceContext, item: Item): ItemParts {
  const above = parent === undefined ? {} : { [parent.column.key]: params[parent.column.key] }
  const key = keyOf(definition, { ...item, ...above })
  const versionKey = definition.version?.column.key
  // The item's schema says that it is a number.
  const version = versionKey === undefined ? undefined : (item[versionKey] as number | undefined)
  const fields = Object.fromEntries(Object.entries(item).filter(([name]) => !(name in key) && name !== versionKey))
  return { key, fields, versions: version === undefined ? undefined : [String(version)] }
}
