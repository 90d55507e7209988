import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccessRule } from '../../core/access/index.ts'
import { currentCaller, type CallerScope } from '../../core/builtin.ts'
import type { Uses } from '../../core/dependency.ts'
import type { ErrorClass } from '../../core/errors/index.ts'
import type { InputDeclarations } from '../../core/inputs.ts'
import type { Documentation, HandlerContext, Method, Operation } from '../../core/operation.ts'
import { WatchedHead } from '../../core/watched-head.ts'
import { changeTeller } from '../changes/change-teller.ts'
import type { Engine } from '../engine.ts'
import type { DrizzleSchema, Transaction } from '../drizzle.ts'
import { observedRunner } from '../observe/observed-runner.ts'
import type { FieldAccess } from '../repository/field-access.ts'
import { RowSession } from '../repository/row-session.ts'
import type { Action } from '../repository/definition.ts'
import type { Deleted } from '../repository/read-rows.ts'
import { claimsRunner } from '../rls/claims-runner.ts'
import { isSecured, rowSecurityOf } from '../rls/row-security.ts'
import { transactionRunner } from '../tx-runner.ts'
import type { Runner } from '../wire/runner.ts'
import { accessOf, type Declared } from './declared.ts'
import { readTags } from './read-tags.ts'
import { rememberRowOperation } from './row-operations.ts'
import { viewFor } from './view.ts'
import { taggedAnswer } from './tagged-answer.ts'
import type { ResourceRules } from './rules.ts'

/** What the handler of a resource's operation receives. */
export interface ResourceContext extends HandlerContext {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly headers: { readonly 'if-match'?: string | undefined } | undefined
  readonly body: Readonly<Record<string, unknown>>
  readonly engine: Engine<DrizzleSchema>
  readonly caller: CallerScope
  /** There where the operation runs in a transaction. */
  readonly tx?: Transaction
  readonly rules?: ResourceRules<PgTable>
}

export interface OperationParts {
  readonly method: Method
  readonly path: string
  readonly action: Action
  /** In the place of the action's rule. */
  readonly access?: AccessRule
  readonly summary: string
  readonly inputs?: InputDeclarations
  readonly response?: Operation['response']
  readonly status?: number
  readonly errors?: readonly ErrorClass[]
  /** Whether all its statements are saved together, or none. */
  readonly inTransaction?: boolean
  readonly uses?: Uses
  readonly onInvalid?: Operation['onInvalid']
  readonly description?: string
  /** What the document says besides. */
  readonly openapi?: Documentation['openapi']
  /** Whether callers can ask for relations, or filter by them. */
  readonly includes?: boolean
  /** Rules that need not hold for callers, and that it asks about them: so they must be known. */
  readonly asks?: readonly AccessRule[]
  /** Whether the resource's `idempotent` is about it: a repetition would make something twice. */
  readonly repeats?: boolean
  /** What of its body are rows. */
  readonly sent?: 'row' | 'items'
  /** Which rows it finds, by soft deletion. Default: those that are not deleted. */
  readonly deleted?: Deleted
}

type Handler = (context: ResourceContext, view: Declared) => unknown

/**
 * An operation of a resource: its rule is both asked before and made a condition of its statements. The handler is given the resource as its caller
 * has it, and is not called where they send what they may not write.
 */
export function resourceOperation(declared: Declared, parts: OperationParts, handler: Handler): Operation {
  const { database } = declared
  const { response, summary, description } = parts
  const openapi = parts.openapi ?? taggedAnswer(declared, parts)
  const rule = parts.access ?? accessOf(declared, parts.action)
  // Whether the parent may be read is asked about the caller, whatever this one's own rule is.
  const asked = [...(parts.asks ?? []), ...(declared.parent?.rules ?? []), ...rulesOfFields(declared)]
  let access: AccessRule | undefined
  const operation: Operation = {
    kind: 'operation',
    method: parts.method,
    path: parts.path,
    // Relations are known once all resources are declared.
    get access() {
      access ??= declared.includes.accessWith(rule, { related: parts.includes === true, besides: asked })
      return access
    },
    // Those of a list may be about resources that are declared further below.
    get inputs() {
      return parts.inputs ?? {}
    },
    uses: {
      engine: database.engine,
      caller: currentCaller,
      ...(parts.inTransaction === true && { tx: database.transaction }),
      ...parts.uses,
    },
    response,
    status: parts.status ?? (response === undefined ? 204 : 200),
    errors: parts.errors ?? [],
    middleware: [],
    documentation: {
      summary,
      ...(description !== undefined && { description }),
      ...(openapi !== undefined && { openapi }),
    },
    handler: viewedBy(declared, parts, handler),
    rowScoped: true,
    ...(parts.includes === true && kept(declared)),
    ...repetition(declared, parts, handler),
    ...(parts.onInvalid !== undefined && { onInvalid: parts.onInvalid }),
  }
  return rememberRowOperation(operation, {
    declared,
    action: parts.action,
    deleted: parts.deleted ?? false,
    pastRows: parts.access !== undefined,
  })
}

function repetition(
  declared: Declared,
  parts: OperationParts,
  handler: Handler,
): Pick<Operation, 'idempotent' | 'inTransaction'> {
  const { idempotent } = declared
  return {
    ...(parts.repeats === true && idempotent !== undefined && { idempotent }),
    ...(parts.inTransaction !== true && {
      inTransaction: () => resourceOperation(declared, { ...parts, inTransaction: true }, handler),
    }),
  }
}

/** What keeps its answers: those that may have relations are of list and read. */
function kept(declared: Declared): Pick<Operation, 'cache' | 'readTags'> {
  const { cache } = declared
  return cache === undefined ? {} : { cache, readTags: () => readTags(declared) }
}

function rulesOfFields({ definition }: Declared): readonly AccessRule[] {
  return definition.fields?.rules ?? []
}

function viewedBy(
  declared: Declared,
  { sent }: OperationParts,
  handler: Handler,
): (context: ResourceContext) => unknown {
  const { fields } = declared.definition
  return (context) => {
    if (fields !== undefined) checkSent(fields, context, sent)
    return handler(context, viewFor(declared, context.caller))
  }
}

/** @throws Forbidden for columns that the caller may not write. */
function checkSent(fields: FieldAccess, { body, caller }: ResourceContext, sent: OperationParts['sent']): void {
  if (sent === 'row') fields.checkWritten(caller, body)
  if (sent !== 'items') return
  // The body's schema says that they are there.
  for (const [index, item] of (body['items'] as readonly object[]).entries())
    fields.checkWritten(caller, item, `items.${index}.`)
}

/** What the caller may do, in the operation's transaction or outside one. */
export function sessionOf(
  { definition, parent, database }: Declared,
  { engine, caller, tx, params, request }: ResourceContext,
): RowSession {
  const runner =
    tx === undefined
      ? observedRunner(runnerOutside(database, { engine, caller, request }), engine.observer)
      : transactionRunner(tx, engine)
  const tell = changeTeller(engine, tx)
  const parts = { definition, runner, asker: caller, custom: true, inTransaction: tx !== undefined, tell }
  const session = new RowSession(parts)
  if (parent === undefined) return session
  return new RowSession({ ...parts, within: parent.within(session, params) })
}

/** What only reads may be asked of a replica. Policies ask for claims, which only a transaction carries. */
function runnerOutside(
  database: Declared['database'],
  { engine, caller, request }: Pick<ResourceContext, 'engine' | 'caller' | 'request'>,
): Runner {
  // Nothing else is made of it, so it tells no answers apart.
  const { method } = WatchedHead.unwatched(request)
  const reads = method === 'GET' || method === 'HEAD'
  if (isSecured(database)) return claimsRunner(engine, { claims: rowSecurityOf(database).claims(caller), reads })
  return reads ? engine.readRunner : engine.writeRunner
}
