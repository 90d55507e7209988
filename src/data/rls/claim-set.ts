import type { AccessRule, Principal } from '../../core/access/index.ts'
import type { CallerScope } from '../../core/builtin.ts'

/** A fact about the caller that policies ask for by its name; `undefined` where it does not hold. */
export interface Claim {
  readonly name: string
  readonly value: (caller: CallerScope) => string | undefined
}

/** All that the policies of one database ask of a caller. */
export class ClaimSet {
  readonly #claims = new Map<string, { readonly claim: Claim; readonly identity: readonly unknown[] }>()

  /**
   * `identity` is what tells two claims apart besides their name.
   *
   * @throws TypeError where another claim has that name: a policy could not tell which one is meant.
   */
  add(claim: Claim, identity: readonly unknown[]): void {
    const known = this.#claims.get(claim.name)
    if (known === undefined) this.#claims.set(claim.name, { claim, identity })
    else if (identity.some((part, index) => part !== known.identity[index])) throw sameName(claim.name)
  }

  /** The claims of a caller as JSON, as transactions carry them. */
  json(caller: CallerScope | undefined): string {
    const claims: Record<string, unknown> = {}
    if (caller === undefined) return '{}'
    const { user } = caller
    if (user !== undefined) Object.assign(claims, principalClaims(user))
    for (const { claim } of this.#claims.values()) {
      const value = claim.value(caller)
      if (value !== undefined) claims[claim.name] = value
    }
    return JSON.stringify(claims)
  }
}

/** What code that acts for the app itself carries. */
export const SYSTEM_CLAIMS = '{"system": "true"}'

/** For policies written by hand. */
function principalClaims({ id, roles, scopes, permissions }: Principal): object {
  return { id: String(id), roles, scopes, permissions }
}

/** Whom a rule may be asked about, for names: without a name of its own, all the app's. */
export function namesOf({ authenticators }: AccessRule): string {
  return authenticators === undefined ? '' : `@${authenticators.map(({ name }) => name).join()}`
}

function sameName(name: string): TypeError {
  return new TypeError(
    `Two rules about rows are both called "${name}" and are not the same: policies know them by their names. ` +
      'Declare the rule once, as a constant, and use it in both places; or give them different names: rows(name, ...).',
  )
}
