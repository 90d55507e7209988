import { and, eq, sql, type SQL } from 'drizzle-orm'
import type { AccessRule } from '../../core/access/index.ts'
import type { Operation } from '../../core/operation.ts'
import { auditEntrySchema, HISTORY_LIST } from '../audit/audit-entry.ts'
import { auditTrail } from '../audit/audit-trail.ts'
import { keyText, REDACTED, trailName } from '../audit/row-images.ts'
import { modelOf, type Model } from '../model/model.ts'
import { observedRunner } from '../observe/observed-runner.ts'
import { CursorInvalid, QueryInvalid } from '../query/errors.ts'
import { listQuery, type ListQuery } from '../query/list-query.ts'
import { definitionOf, type Definition } from '../repository/definition.ts'
import { ListStatements } from '../repository/list-rows.ts'
import { RowSession, SYSTEM } from '../repository/row-session.ts'
import type { Condition } from '../rows/condition.ts'
import { columnOf } from '../rows/row-scope.ts'
import type { Declared } from './declared.ts'
import { LINKED_PAGE, linkHeader } from './link-header.ts'
import { pageSchema } from './list.ts'
import { resourceOperation, type ResourceContext } from './operations.ts'

/** Who changed a row and how, the newest change first. It is there for rows that are gone, too, and empty for those that never were. */
export function historyOperation(declared: Declared, access: AccessRule): Operation {
  const { name, params, rowPath } = declared
  const definition = definitionOf({
    model: modelOf(auditTrail, { private: ['tableName', 'rowKey'] }),
    access: {},
    relationsOf: () => ({}),
  })
  const query = listQuery(definition.model, HISTORY_LIST, { name: `history of ${name}` })
  const statements = new ListStatements()
  return resourceOperation(
    declared,
    {
      method: 'GET',
      path: `${rowPath}/history`,
      action: 'read',
      access,
      summary: `Read who changed a ${name}, and how`,
      inputs: { params, query: query.schema as NonNullable<Operation['inputs']['query']> },
      response: pageSchema(auditEntrySchema()),
      errors: [QueryInvalid, CursorInvalid],
      onInvalid: query.onInvalid,
      openapi: LINKED_PAGE,
    },
    (context, view) => history(context, { of: view, definition, query, statements }),
  )
}

interface History {
  /** The rows it is about. */
  readonly of: Declared
  /** Of the trail. */
  readonly definition: Definition
  readonly query: ListQuery
  readonly statements: ListStatements
}

async function history(context: ResourceContext, { of, definition, query, statements }: History): Promise<unknown> {
  const { engine } = context
  const request = query.read(context.query, await engine.signingKey())
  // The operation's rule has decided who may read it; the row decides the rest.
  const session = new RowSession({
    definition,
    runner: observedRunner(engine.runner, engine.observer),
    asker: SYSTEM,
    within: ofRow(of.definition.model, context.params),
  })
  const page = await statements.page(session, request)
  const { loaded, to, reverse, next, previous } = page
  const link = linkHeader(context.request, page)
  if (link !== undefined) context.response.header('link', link)
  const items = Array.from({ length: to }, (_, index) => {
    const { id, before, after, ...entry } = loaded.object(reverse ? to - 1 - index : index)
    return { ...entry, id: String(id), before: withoutHidden(before, of), after: withoutHidden(after, of) }
  })
  return { items, next, previous }
}

/** Other declarations of the table, and this one in earlier times, may have kept what is private here. */
function withoutHidden(image: unknown, { definition: { journal }, hidden }: Declared): unknown {
  if (image === null || journal === undefined) return image
  const shown: Record<string, unknown> = { ...(image as object) }
  // Not even that they are set, or have changed.
  for (const key of hidden) delete shown[key]
  for (const key of journal.hidden) if ((shown[key] ?? null) !== null) shown[key] = REDACTED
  return shown
}

function ofRow(model: Model, params: Readonly<Record<string, unknown>>): Condition {
  const key = model.primaryKey.map(({ key: part, column }) => {
    const value = params[part]
    // The one type whose values have several texts in a path: PostgreSQL writes it in lower case.
    return [part, column.getSQLType() === 'uuid' ? String(value).toLowerCase() : value]
  })
  return {
    shape: 'row',
    values: [trailName(model), keyText(Object.fromEntries(key) as Readonly<Record<string, unknown>>)],
    sql: (table, slots) =>
      and(eq(columnOf(table, 'tableName'), slots()), sql`${columnOf(table, 'rowKey')} = ${slots()}::jsonb`) as SQL,
  }
}
