import type { AccessRule } from './access/rule.ts'
import { checkRowRules } from './access/check-row-rules.ts'
import { checkOperation } from './check-operation.ts'
import type { Uses } from './dependency.ts'
import type { ErrorClass } from './errors/index.ts'
import type { Problems } from './graph/problems.ts'
import type { Middleware } from './middleware.ts'
import type { Documentation, Operation } from './operation.ts'
import { joinPath } from './path.ts'
import { listOf, type OperationPolicy } from './policy/policy.ts'
import type { Router, RouterNode, RouterOptions } from './router.ts'

/** An operation at its place in the tree, with all that the routers above it add. */
export interface PlacedOperation {
  /** The key path, `posts.publish`: the operationId, unless the operation names its own. */
  readonly name: string
  /** The key path, even where the operation names its own id. */
  readonly place: string
  readonly operation: Operation
  readonly path: string
  readonly pathNames: readonly string[]
  readonly tags: readonly string[]
  readonly deprecated: Documentation['deprecated']
  readonly hidden: boolean
  /** Rules of the routers above, outermost first, then the operation's own. All must hold. */
  readonly access: readonly AccessRule[]
  /** Uses of the routers above, outermost first: resolved before the operation's, their values ignored. */
  readonly routerUses: readonly Uses[]
  readonly errors: readonly ErrorClass[]
  readonly middleware: readonly Middleware[]
  /** Of the routers above, outermost first, then the operation's own. The app adds its own in front. */
  readonly policies: readonly OperationPolicy[]
  readonly idempotent: boolean | 'required'
  /** In place of the app's limit on a handler's time. */
  readonly timeoutMs: number | undefined
}

/** Every operation of a tree, in the order of declaration. Mistakes of the tree itself go to `problems`. */
export function placeOperations(root: Router, problems: Problems): PlacedOperation[] {
  const placed: PlacedOperation[] = []
  visit(root, { name: '', prefix: '', routers: [] }, placed, problems)
  return placed
}

interface Place {
  readonly name: string
  readonly prefix: string
  readonly routers: readonly RouterOptions[]
}

function visit(node: RouterNode | undefined, place: Place, placed: PlacedOperation[], problems: Problems): void {
  if (node?.kind === 'operation') {
    const found = placeOperation(node, place, problems)
    if (found !== undefined) placed.push(found)
    return
  }
  if (node?.kind !== 'router') {
    problems.add(place.name || 'api', notInTree(node, place.name === ''))
    return
  }
  // A call without a prefix does not compile, and Node runs it all the same.
  if (typeof node.prefix !== 'string' || typeof node.children !== 'object') {
    problems.add(place.name || 'api', "it has no prefix or no children; write router('/path', { name: operation })")
    return
  }
  const below = { prefix: place.prefix + node.prefix.replace(/\/$/, ''), routers: [...place.routers, node.options] }
  for (const [key, child] of Object.entries(node.children)) {
    if (!/^[A-Za-z_$][\w$]*$/.test(key))
      problems.add(place.name || 'api', `the name ${JSON.stringify(key)} is not an identifier`)
    visit(child, { ...below, name: place.name === '' ? key : `${place.name}.${key}` }, placed, problems)
  }
}

function notInTree(node: unknown, isRoot: boolean): string {
  if (node === undefined) return 'it is undefined; if it is imported, two modules probably import each other'
  return isRoot
    ? "it is not a router; write api: router('/api', { ... })"
    : "this is neither an operation nor a router; write route.get(...) or router('/path', { ... })"
}

function placeOperation(
  operation: Operation,
  { name, prefix, routers }: Place,
  problems: Problems,
): PlacedOperation | undefined {
  if ((operation.access as AccessRule | undefined)?.kind !== 'access') {
    problems.add(name, 'it has no access rule; say who may call it: access: anyone, authenticated, role("admin") ...')
    return undefined
  }
  checkOperation(operation, name, problems)
  const access = [...routers.flatMap(({ access }) => access ?? []), operation.access]
  checkRowRules(operation, access, name, problems)
  const template = problems.collect(name, () => joinPath(prefix, operation.path))
  if (template === undefined) return undefined
  return {
    name: operation.documentation.operationId ?? name,
    place: name,
    operation,
    path: template.path,
    pathNames: template.names,
    tags: [...new Set([...routers.flatMap(({ tags }) => tags ?? []), ...(operation.documentation.tags ?? [])])],
    deprecated:
      operation.documentation.deprecated ?? routers.find(({ deprecated }) => deprecated !== undefined)?.deprecated,
    hidden: operation.documentation.hidden ?? routers.some(({ hidden }) => hidden === true),
    access,
    routerUses: routers.flatMap(({ uses }) => (uses === undefined ? [] : [uses])),
    errors: [...routers.flatMap(({ errors }) => errors ?? []), ...operation.errors],
    middleware: [...routers.flatMap(({ middleware }) => middleware ?? []), ...operation.middleware],
    policies: [
      ...routers.flatMap(({ limit }) => listOf(limit)),
      ...(operation.limit ?? []),
      ...(operation.cache === undefined ? [] : [operation.cache]),
    ],
    idempotent: operation.idempotent ?? innermost(routers, 'idempotent') ?? false,
    timeoutMs: checkedTime(operation.timeoutMs ?? innermost(routers, 'timeoutMs'), name, problems),
  }
}

/** The longest timer of Node. */
const LONGEST_TIME_MS = 2_147_483_647

function checkedTime(timeoutMs: number | undefined, name: string, problems: Problems): number | undefined {
  const isTime = Number.isInteger(timeoutMs) && timeoutMs! >= 1 && timeoutMs! <= LONGEST_TIME_MS
  if (timeoutMs === undefined || isTime) return timeoutMs
  problems.add(
    name,
    `its timeoutMs is ${String(timeoutMs)}; a time limit is a whole number of milliseconds from 1 to ${LONGEST_TIME_MS}`,
  )
  return undefined
}

function innermost<K extends 'idempotent' | 'timeoutMs'>(
  routers: readonly RouterOptions[],
  key: K,
): RouterOptions[K] | undefined {
  return routers.findLast((router) => router[key] !== undefined)?.[key]
}
