import type { MaybePromise } from '../maybe-promise.ts'
import type { RequestHead } from '../request.ts'
import type { Uses } from '../dependency.ts'

/** Who calls. An app's own user type extends it; what it adds is typed in the handlers. */
export interface Principal {
  readonly id: string | number
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly permissions?: readonly string[]
  /**
   * Whether the credentials may do less than their user, as those of an API key with scopes. An operation is then open to them only where its rules ask for
   * scopes and they have them; or where they have the scope `read`, for operations that answer GET, HEAD or OPTIONS, or `write`, for all others.
   */
  readonly restricted?: boolean
}

/** An OpenAPI security scheme object. */
export type SecurityScheme = { readonly type: 'apiKey' | 'http' | 'oauth2' | 'openIdConnect' } & Readonly<
  Record<string, unknown>
>

/** Finds out who calls, from the head of the request alone. */
export interface Authenticator<out User extends Principal = Principal> {
  readonly kind: 'authenticator'
  /** Its name under `components.securitySchemes`. */
  readonly name: string
  readonly scheme: SecurityScheme
  /** The `WWW-Authenticate` value sent with 401, such as `Bearer`. */
  readonly challenge: string
  readonly uses: Uses
  /**
   * The caller; `undefined` where the request carries no credentials of this kind.
   *
   * @throws Unauthenticated where it carries some and they are not valid.
   */
  readonly authenticate: (request: RequestHead, uses: never) => MaybePromise<Principal | undefined>
  /** What a caller whom a test names lacks of the users of this authenticator, filled in. */
  readonly completed?: (caller: Principal) => Principal
  readonly '~user'?: User
}

export type AuthenticatedBy<A> = A extends Authenticator<infer User> ? User : never
