import { z } from 'zod'
import { JsonBytes } from '../../core/json-bytes.ts'
import { Forbidden } from '../../core/errors/index.ts'
import type { InputDeclarations } from '../../core/inputs.ts'
import type { Operation } from '../../core/operation.ts'
import { declareIndexUses } from '../advice/index-use.ts'
import { compileSerializer, type Serializer } from '../../schema/index.ts'
import { CursorInvalid, QueryInvalid } from '../query/errors.ts'
import type { AnyListOptions } from '../query/list-options.ts'
import { listQuery, type ListQuery } from '../query/list-query.ts'
import { ListStatements, type RowPage } from '../repository/list-rows.ts'
import { JsonSink } from '../wire/json-sink.ts'
import type { Declared } from './declared.ts'
import { asksDeleted, offersDeleted } from './deleted-list.ts'
import { indexNeeds } from './index-needs.ts'
import { LINKED_PAGE, linkHeader } from './link-header.ts'
import { resourceOperation, sessionOf, type ResourceContext } from './operations.ts'
import { onlyForOf, optionsOf, perView } from './view.ts'

export function listOperation(declared: Declared, options: AnyListOptions): Operation {
  const { name, schemas } = declared
  const deleted = offersDeleted(declared)
  const queryFor = perView((view) =>
    listQuery(view.definition.model, optionsOf(view, options), {
      name,
      deleted,
      relation: (each) => declared.includes.filterRelation(each),
      onlyFor: onlyForOf(declared),
    }),
  )
  const query = (): ListQuery => queryFor(declared)
  // What it filters by may be declared further below; everything else is found wrong at once.
  if (!filtersByLater(options)) query()
  const statementsFor = perView(() => new ListStatements(declared.includes))
  const write = pageWriter(schemas.row)
  const operation = resourceOperation(
    declared,
    {
      method: 'GET',
      path: '/',
      action: declared.access.list === undefined ? 'read' : 'list',
      includes: true,
      ...(deleted && declared.access.delete !== undefined && { asks: [declared.access.delete] }),
      summary: `List ${name} records`,
      get inputs() {
        return {
          query: query().schema as NonNullable<InputDeclarations['query']>,
          ...(declared.listParams !== undefined && { params: declared.listParams }),
        }
      },
      response: pageSchema(schemas.row),
      errors: deleted ? [QueryInvalid, CursorInvalid, Forbidden] : [QueryInvalid, CursorInvalid],
      onInvalid: (issues) => query().onInvalid(issues),
      ...(options.page !== 'offset' && { openapi: LINKED_PAGE }),
    },
    (context, view) => list(view, context, { query: queryFor(view), statements: statementsFor(view), write }),
  )
  return declareIndexUses(operation, indexNeeds(declared, options))
}

/** Whether a filter is about a relation whose resource is given by a function. */
function filtersByLater({ filter = [], include = {} }: AnyListOptions): boolean {
  const names: readonly string[] = Array.isArray(filter) ? filter : Object.keys(filter)
  const relations: Readonly<Record<string, { readonly of?: unknown }>> = { ...include }
  return names.some((name) => typeof relations[name.split('.')[0] ?? '']?.of === 'function')
}

interface List {
  readonly query: ListQuery
  readonly statements: ListStatements
  readonly write: PageWriter
}

async function list(
  declared: Declared,
  context: ResourceContext,
  { query, statements, write }: List,
): Promise<unknown> {
  if (declared.hidden.size > 0) query.check(context.query)
  const request = query.read(context.query, await context.engine.signingKey())
  const session = sessionOf(declared, context)
  const page = await statements.page(session, request, asksDeleted(context, session))
  if (page.to === 0) await declared.parent?.check(session, context.params)
  const link = linkHeader(context.request, page)
  if (link !== undefined) context.response.header('link', link)
  return write(page)
}

export function pageSchema(row: z.ZodType): z.ZodType {
  return z.object({
    items: z.array(row),
    next: z.string().nullable().describe('The cursor of the page after this one; null where this is the last.'),
    previous: z.string().nullable().describe('The cursor of the page before this one; null where this is the first.'),
    total: z.int().optional().describe('How many there are on all pages, where the parameter count asks for it.'),
  })
}

type PageWriter = (page: RowPage) => JsonBytes

/** Writes a page as JSON: of the rows as they came, or of their values where the wire's text does not do. */
function pageWriter(row: z.ZodObject): PageWriter {
  // Not before it is needed: what is included may be declared further below.
  let writeRow: Serializer | undefined
  const sink = new JsonSink()
  return ({ loaded, to, reverse, next, previous, total }) => {
    sink.clear()
    sink.latin1('{"items":[')
    if (loaded.isWritable) loaded.writeJson(sink, { to, reverse })
    else {
      const items = Array.from({ length: to }, (_, index) => loaded.object(reverse ? to - 1 - index : index))
      const writeItem = (writeRow ??= compileSerializer(row.partial()))
      sink.text(items.map((item) => writeItem(item)).join(','))
    }
    sink.latin1(
      `],"next":${quoted(next)},"previous":${quoted(previous)}${total === undefined ? '' : `,"total":${total}`}}`,
    )
    loaded.rows.release()
    return new JsonBytes(sink.toBody())
  }
}

/** A cursor is base64url. */
function quoted(cursor: string | null): string {
  return cursor === null ? 'null' : `"${cursor}"`
}
