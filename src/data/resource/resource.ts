import type { PgTable } from 'drizzle-orm/pg-core'
import { extensible } from '../../core/extensible-router.ts'
import type { Operation } from '../../core/operation.ts'
import type { Router, RouterChildren, RouterOptions } from '../../core/router.ts'
import type { Refined, RowOf } from '../columns/table-types.ts'
import { bulkOperations } from './bulk.ts'
import { createOperation } from './create.ts'
import { declareResource, remember, type Declared } from './declared.ts'
import type { BulkOptions, KnownOptions, ResourceOptions, WithRefinements } from './options.ts'
import type { AnyListOptions } from '../query/list-options.ts'
import { historyOperation } from './history.ts'
import { listOperation } from './list.ts'
import { purgeOperation } from './purge.ts'
import { readOperation } from './read.ts'
import { deleteOperation, restoreOperation } from './remove.ts'
import { checkPath } from './parent.ts'
import type { Names, Resource, ResourceChildren } from './types.ts'
import { replaceOperation, updateOperation } from './update.ts'

/**
 * Makes REST operations of a Drizzle table: a router like any other. What has a rule in `access` has an operation: `list`, `read`, `create`, `update`
 * and `delete`; and where the options say so `replace`, `restore`, `purge`, `history` and those on many rows. `with` adds others or puts them in
 * their place, `without` takes some away. A page of the list has 20 rows, or as many as asked for, up to 100.
 *
 * @example
 * export const taskApi = resource(tasks, {
 *   database: db,
 *   access: { read: owner('ownerId'), create: authenticated, update: owner('ownerId'), delete: anyOf(owner('ownerId'), role('admin')) },
 *   private: ['notes'],
 *   refine: { title: (schema) => schema.min(1).max(200) },
 * })
 * @throws TypeError where the options name what the table does not have.
 */
export function resource<
  Table extends PgTable,
  const Options extends ResourceOptions<Table>,
  Refine extends Refined<Table> = {},
>(
  table: Table,
  options: Options & WithRefinements<Table, Refine> & KnownOptions<Options>,
): Resource<ResourceChildren<Table, Options, Refine>, RowOf<Table, Names<Options, 'private'>, Refine>, Table> {
  const declared = declareResource(table, options as unknown as Parameters<typeof declareResource>[1])
  checkPath(`resource(${declared.definition.model.name})`, declared.path, declared.parent)
  // Made by the same conditions as the types say.
  return resourceRouter(declared, options as RouterOptions, operationsOf(declared, options)) as never
}

interface Parts {
  readonly put?: boolean
  readonly bulk?: BulkOptions
  readonly list?: AnyListOptions
}

function operationsOf(declared: Declared, { put, bulk, list = {} }: Parts): Record<string, Operation> {
  const { read, create, update, delete: remove, purge } = declared.access
  const { deletedAt } = declared.definition.model.life
  return {
    ...(read !== undefined && { list: listOperation(declared, list), read: readOperation(declared, list) }),
    ...(create !== undefined && { create: createOperation(declared) }),
    ...(update !== undefined && { update: updateOperation(declared) }),
    ...(update !== undefined && put === true && { replace: replaceOperation(declared) }),
    ...(remove !== undefined && { delete: deleteOperation(declared) }),
    ...(remove !== undefined && deletedAt !== undefined && { restore: restoreOperation(declared) }),
    ...(purge !== undefined && { purge: purgeOperation(declared) }),
    ...(bulk !== undefined && bulkOperations(declared, bulk)),
    ...(declared.history !== undefined && { history: historyOperation(declared, declared.history) }),
  }
}

function resourceRouter(declared: Declared, options: RouterOptions, children: RouterChildren): Resource {
  const { tags = [declared.name], deprecated, middleware, hidden, errors, uses } = options
  const routerOptions = {
    tags,
    ...(deprecated !== undefined && { deprecated }),
    ...(middleware !== undefined && { middleware }),
    ...(hidden !== undefined && { hidden }),
    ...(errors !== undefined && { errors }),
    ...(uses !== undefined && { uses }),
  }
  const router: Router = { kind: 'router', prefix: declared.path, options: routerOptions, children }
  // What more a resource's type says is never there at run time.
  return extensible(router, (made) => remember(made, declared))
}
