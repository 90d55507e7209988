import type { Operation } from '../core/operation.ts'
import { fillPath, type PathNames, type PathValue } from '../core/path.ts'
import type { Router } from '../core/router.ts'
import type { PlacedOperation } from '../core/tree.ts'

type PathOf<Path extends string> = [PathNames<Path>] extends [never]
  ? () => string
  : (params: { readonly [K in PathNames<Path>]: PathValue }) => string

/** The paths of an API by the names of its operations: `app.paths.posts.publish({ id })`. */
export type Paths<Node> =
  Node extends Router<infer Children>
    ? { readonly [K in keyof Children]: Paths<Children[K]> }
    : Node extends Operation<infer Types>
      ? PathOf<Types['path']>
      : never

/** Builds the functions behind {@link Paths}. Parameters of a router's prefix go into the same object. */
export function buildPaths(root: Router, placed: readonly PlacedOperation[]): unknown {
  const byPlace = new Map(placed.map((operation) => [operation.place, operation]))
  const build = (node: Router, prefix: string): object =>
    Object.fromEntries(
      Object.entries(node.children).map(([key, child]) => {
        const place = prefix === '' ? key : `${prefix}.${key}`
        if (child.kind === 'router') return [key, build(child, place)]
        const path = byPlace.get(place)?.path ?? '/'
        return [key, (params: Readonly<Record<string, PathValue>> = {}) => fillPath(path, params)]
      }),
    )
  return build(root, '')
}
