import type { AccessRule } from './access/rule.ts'
import { isContent } from './content.ts'
import type { Uses } from './dependency.ts'
import type { ErrorClass } from './errors/index.ts'
import type { Problems } from './graph/problems.ts'
import type { Middleware } from './middleware.ts'
import type { Documentation, Operation } from './operation.ts'
import { joinPath } from './path.ts'
import type { Router, RouterNode, RouterOptions } from './router.ts'
import { isSchema } from './schema.ts'

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
    problems.add(
      place.name,
      'this is neither an operation nor a router; if it is undefined, two modules probably import each other',
    )
    return
  }
  const below = { prefix: place.prefix + node.prefix.replace(/\/$/, ''), routers: [...place.routers, node.options] }
  for (const [key, child] of Object.entries(node.children)) {
    if (!/^[A-Za-z_$][\w$]*$/.test(key))
      problems.add(place.name || 'api', `the name ${JSON.stringify(key)} is not an identifier`)
    visit(child, { ...below, name: place.name === '' ? key : `${place.name}.${key}` }, placed, problems)
  }
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
  checkBody(operation, name, problems)
  checkStatuses(operation, name, problems)
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
    access: [...routers.flatMap(({ access }) => access ?? []), operation.access],
    routerUses: routers.flatMap(({ uses }) => (uses === undefined ? [] : [uses])),
    errors: [...routers.flatMap(({ errors }) => errors ?? []), ...operation.errors],
    middleware: [...routers.flatMap(({ middleware }) => middleware ?? []), ...operation.middleware],
  }
}

/** Statuses of results: errors of 400 and more can be among them, informational ones are the server's. */
function checkStatuses({ status, response }: Operation, name: string, problems: Problems): void {
  const several = response !== undefined && !isSchema(response) && !isContent(response)
  for (const each of several ? Object.keys(response).map(Number) : [status]) {
    if (Number.isInteger(each) && each >= 200 && each <= 599) continue
    problems.add(name, `it declares the status ${each}; a response has one from 200 to 599`)
  }
}

function checkBody({ method, inputs }: Operation, name: string, problems: Problems): void {
  if (inputs.body !== undefined && inputs.form !== undefined)
    problems.add(name, 'it declares both body and form; choose one')
  if ((method === 'GET' || method === 'HEAD' || method === 'TRACE') && (inputs.body ?? inputs.form) !== undefined) {
    problems.add(name, `a ${method} request has no body; take the input from query, or use another method`)
  }
}
