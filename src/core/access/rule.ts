import type { InputDeclarations, InputValues } from '../inputs.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import type { Uses, UsedValues } from '../dependency.ts'
import type { Authenticator, Principal } from './authenticator.ts'
import type { RowNode } from './row-rule.ts'

/**
 * Who may call an operation, as a value: it decides the check, the type of `user`, the security in OpenAPI and the answers 401 and 403.
 */
export interface AccessRule<out User = unknown> {
  readonly kind: 'access'
  readonly node: RuleNode
  /** Those bound by {@link accessFor}; without them the app's own are asked. */
  readonly authenticators: readonly Authenticator[] | undefined
  readonly '~user'?: User
}

/** Carried by rules that compare a column with the caller: its key. Never there at run time. */
export interface Owning<out Column> {
  readonly '~owned'?: Column
}

/** The columns that a rule compares with the caller. */
export type OwnedOf<Rule> = Rule extends { readonly '~owned'?: infer Column }
  ? unknown extends Column
    ? never
    : NonNullable<Column>
  : never

export type RuleNode =
  | { readonly type: 'anyone' }
  | { readonly type: 'authenticated' }
  | { readonly type: 'role' | 'scope' | 'permission'; readonly name: string }
  | {
      readonly type: 'anyOf' | 'allOf'
      readonly rules: readonly AccessRule[]
      /** What it is in words, where it only asks for more than it demands. */
      readonly words?: RuleNode
    }
  | RowNode
  | CustomNode

export interface CustomNode {
  readonly type: 'custom'
  readonly name: string
  readonly inputs: InputDeclarations
  readonly uses: Uses
  readonly check: (context: never) => MaybePromise<boolean>
}

/** The type of `user` under an access rule: `UserOf<typeof authenticated>`. */
export type UserOf<Rule> = Rule extends AccessRule<infer User> ? User : never

/** The inputs a rule can look at: the body is not among them, since access is decided before it is read. */
export type RuleInputs = Pick<InputDeclarations, 'params' | 'query' | 'headers' | 'cookies'>

/** What the check of a rule receives: the caller, and what the rule has declared. */
export type RuleContext<User, I, U> = { readonly user: User } & InputValues<I> & UsedValues<U>

/** What a rule of your own is called, and what it looks at. */
export interface RuleConfig<I extends RuleInputs, U extends Uses> {
  /** Shown in the documentation and in the access matrix. */
  readonly name: string
  readonly uses?: U
  readonly inputs?: I
}

export function makeRule<User>(node: RuleNode, authenticators?: readonly Authenticator[]): AccessRule<User> {
  return { kind: 'access', node, authenticators }
}

/**
 * Everyone, known or not. Says so in writing: nothing is public by omission.
 *
 * @example
 * route.get('/posts', { access: anyone, response: z.array(Post) }, () => [])
 */
export const anyone: AccessRule<undefined> = makeRule({ type: 'anyone' })

/**
 * Every caller with valid credentials. Others are answered with 401 `unauthenticated` and a `WWW-Authenticate` header (RFC 9110 section 15.5.2).
 *
 * @example
 * route.get('/me', { access: authenticated, response: z.object({ id: z.string() }) }, ({ user }) => ({ id: String(user.id) }))
 */
export const authenticated: AccessRule<Principal> = makeRule({ type: 'authenticated' })

/**
 * Every caller; one with credentials is known as `user`. Invalid credentials are still refused with 401.
 *
 * @example
 * route.get('/greeting', { access: optionallyAuthenticated, response: text },
 *   ({ user }) => (user === undefined ? 'Hello' : `Hello, ${user.id}`))
 */
export const optionallyAuthenticated: AccessRule<Principal | undefined> = anyOf(authenticated, anyone)

/**
 * A caller with this role.
 *
 * It stands in `roles` of the {@link Principal}, as it is written here. Another caller is answered with 403
 * `forbidden`, one without credentials with 401 `unauthenticated`.
 *
 * @example
 * route.delete('/posts/:id', { access: role('editor'), uses: { blog } }, ({ params, blog }) => blog.remove(params.id))
 */
export function role(name: string): AccessRule<Principal> {
  return makeRule({ type: 'role', name })
}

/**
 * A caller whose credentials carry this scope.
 *
 * It stands in `scopes` of the {@link Principal}, as it is written here. Another caller is answered with 403
 * `forbidden`, one without credentials with 401 `unauthenticated`.
 *
 * @example
 * route.delete('/posts/:id', { access: scope('posts:write'), uses: { blog } }, ({ params, blog }) => blog.remove(params.id))
 */
export function scope(name: string): AccessRule<Principal> {
  return makeRule({ type: 'scope', name })
}

/**
 * A caller with this permission.
 *
 * It stands in `permissions` of the {@link Principal}, as it is written here. Another caller is answered with 403
 * `forbidden`, one without credentials with 401 `unauthenticated`.
 *
 * @example
 * route.delete('/posts/:id', { access: permission('posts:delete'), uses: { blog } }, ({ params, blog }) => blog.remove(params.id))
 */
export function permission(name: string): AccessRule<Principal> {
  return makeRule({ type: 'permission', name })
}

type UserOfAll<Rules extends readonly AccessRule[]> = Rules extends readonly [
  infer First,
  ...infer Rest extends AccessRule[],
]
  ? (undefined extends UserOf<First> ? unknown : UserOf<First>) & UserOfAll<Rest>
  : unknown

/**
 * A caller for whom at least one rule holds.
 *
 * @example
 * const moderator = anyOf(role('admin'), permission('posts:moderate'))
 */
export function anyOf<const Rules extends readonly [AccessRule, ...AccessRule[]]>(
  ...rules: Rules
): AccessRule<UserOf<Rules[number]>> & Owning<OwnedOf<Rules[number]>> {
  return makeRule({ type: 'anyOf', rules })
}

/**
 * A caller for whom every rule holds.
 *
 * @example
 * const auditor = allOf(role('auditor'), scope('logs:read'))
 */
export function allOf<const Rules extends readonly [AccessRule, ...AccessRule[]]>(
  ...rules: Rules
): AccessRule<UserOfAll<Rules>> & Owning<OwnedOf<Rules[number]>> {
  return makeRule({ type: 'allOf', rules })
}

/**
 * A rule of your own. It is asked only about an authenticated caller, before the body is read; `false` answers 403, and throwing
 * {@link NotFound} hides the thing altogether.
 *
 * @example
 * const author = rule({ name: 'author', inputs: { params: z.object({ slug: z.string() }) }, uses: { articles } },
 *   async ({ user, params, articles }) => (await articles.bySlug(params.slug))?.authorId === user.id)
 */
export function rule<const I extends RuleInputs = {}, const U extends Uses = {}>(
  config: RuleConfig<I, U>,
  check: (context: RuleContext<Principal, I, U>) => MaybePromise<boolean>,
): AccessRule<Principal> {
  return customRule<Principal, I, U>(config, check, undefined)
}

export function customRule<User, I extends RuleInputs, U extends Uses>(
  config: RuleConfig<I, U>,
  check: (context: RuleContext<User, I, U>) => MaybePromise<boolean>,
  authenticators: readonly Authenticator[] | undefined,
): AccessRule<User> {
  return makeRule(
    { type: 'custom', name: config.name, inputs: config.inputs ?? {}, uses: config.uses ?? {}, check },
    authenticators,
  )
}
