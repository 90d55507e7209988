import findMyWay, { type HTTPMethod } from 'find-my-way'
import { MethodNotAllowed } from '../core/errors/index.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { CompiledOperation } from './operation.ts'

/** A path that is known: the operations on it by method, and the values of its parameters. */
export interface Match {
  readonly operations: ReadonlyMap<string, CompiledOperation>
  readonly allow: string
  readonly params: Readonly<Record<string, string>>
}

interface PathEntry {
  readonly path: string
  readonly operations: Map<string, CompiledOperation>
  readonly restName: string | undefined
  allow: string
}

/** One tree for all methods, so that a path is matched once and a wrong method is known as such. */
const ANY_METHOD: HTTPMethod = 'GET'
const LONGEST_PARAM = 8_192

/** The operations by path. Static segments win over parameters, whatever the order of declaration. */
export class Routes {
  readonly #router = findMyWay({
    ignoreTrailingSlash: false,
    ignoreDuplicateSlashes: false,
    caseSensitive: true,
    maxParamLength: LONGEST_PARAM,
  })
  readonly #entries = new Map<string, PathEntry>()

  add(operation: CompiledOperation, problems: Problems): void {
    const { path, operation: declared } = operation.description.placed
    const shape = path.replaceAll(/(?<=\/)([:*])\w+/g, '$1')
    let entry = this.#entries.get(shape)
    if (entry === undefined) {
      entry = { path, operations: new Map(), restName: /\/\*(\w+)$/.exec(path)?.[1], allow: '' }
      this.#entries.set(shape, entry)
      this.#router.on(ANY_METHOD, routerPath(path), () => undefined, entry)
    }
    const other = entry.operations.get(declared.method)
    if (other !== undefined) return reportTaken(operation, other, problems)
    if (entry.path !== path) return reportNames(operation, entry.path, problems)
    entry.operations.set(declared.method, operation)
    entry.allow = allowOf(entry.operations)
  }

  find(path: string): Match | undefined {
    const found = this.#router.find(ANY_METHOD, path)
    if (found === null) return undefined
    // A parameter stands for one segment, which has at least one character.
    for (const name in found.params) if (found.params[name] === '') return undefined
    const entry = found.store as PathEntry
    return { operations: entry.operations, allow: entry.allow, params: paramsOf(found.params, entry.restName) }
  }
}

/** Those that the document shows have been compared there; what is hidden from it can still stand in their way. */
function reportTaken(operation: CompiledOperation, other: CompiledOperation, problems: Problems): void {
  const { placed } = operation.description
  if (!placed.hidden && !other.description.placed.hidden) return
  problems.add(
    operation.name,
    `${placed.operation.method} ${placed.path} is taken by "${other.name}"; give one of them another path`,
  )
}

/** As above: OpenAPI forbids it for those it shows. */
function reportNames({ name, description }: CompiledOperation, path: string, problems: Problems): void {
  if (!description.placed.hidden) return
  problems.add(
    name,
    `its path ${description.placed.path} names its parameters otherwise than ${path}; use the same names`,
  )
}

/** The router calls the rest of a path `*`. */
function routerPath(path: string): string {
  return path.replace(/\/\*\w+$/, '/*')
}

function paramsOf(
  params: Record<string, string | undefined>,
  restName: string | undefined,
): Readonly<Record<string, string>> {
  if (restName === undefined) return params as Record<string, string>
  const { '*': rest = '', ...others } = params
  return { ...(others as Record<string, string>), [restName]: rest }
}

function allowOf(operations: ReadonlyMap<string, CompiledOperation>): string {
  const methods = new Set(operations.keys())
  if (methods.has('GET')) methods.add('HEAD')
  methods.add('OPTIONS')
  return [...methods].sort().join(', ')
}

/** The operation of a match for a method: HEAD is answered by GET. */
export function operationFor(match: Match, method: string): CompiledOperation {
  const operation = match.operations.get(method) ?? (method === 'HEAD' ? match.operations.get('GET') : undefined)
  if (operation !== undefined) return operation
  throw new MethodNotAllowed(undefined, { headers: { allow: match.allow } })
}
