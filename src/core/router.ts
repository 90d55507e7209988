import type { AccessRule } from './access/rule.ts'
import type { Uses } from './dependency.ts'
import type { ErrorClass } from './errors/index.ts'
import type { Middleware } from './middleware.ts'
import type { Operation } from './operation.ts'
import type { Conduct } from './route-types.ts'

export type RouterNode = Operation | Router

/** The children of a router, by name: the names make the operationId, the client's methods and the names in logs. */
export type RouterChildren = { readonly [name: string]: RouterNode }

/** What a router adds to every operation below it. */
export interface RouterOptions extends Conduct {
  /** For every operation below, before its own. */
  readonly tags?: readonly string[]
  /** Run for every operation below, before its own; their values are ignored. */
  readonly uses?: Uses
  /** Errors every operation below can give. */
  readonly errors?: readonly ErrorClass[]
  /** Required of the caller of every operation below, on top of its own rule. */
  readonly access?: AccessRule
  readonly deprecated?: boolean | { readonly since: Date; readonly sunset?: Date }
  readonly middleware?: readonly Middleware[]
  /** `true` keeps all below out of the document. */
  readonly hidden?: boolean
}

/** A named group of operations and routers under a path prefix. */
export interface Router<out Children = RouterChildren> {
  readonly kind: 'router'
  readonly prefix: string
  readonly options: RouterOptions
  readonly children: Children
}

/**
 * Groups operations under a prefix. A router is a value: it can stand in several places, and each place has its own names and paths.
 *
 * @example
 * const api = router('/api', { posts: router('/posts', { tags: ['posts'] }, { read: readPost }) })
 */
export function router<const Children extends RouterChildren>(prefix: string, children: Children): Router<Children>
export function router<const Children extends RouterChildren>(
  prefix: string,
  options: RouterOptions,
  children: Children,
): Router<Children>
export function router(
  prefix: string,
  ...rest: readonly [RouterChildren] | readonly [RouterOptions, RouterChildren]
): Router {
  const [options, children] = rest.length === 2 ? rest : [{}, rest[0]]
  return { kind: 'router', prefix, options, children }
}
