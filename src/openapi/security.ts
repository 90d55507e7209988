import { describeRule, type AccessDecision } from '../core/access/decision.ts'
import type { AccessRule, Authenticator } from '../core/access/index.ts'
import type { RuleNode } from '../core/access/rule.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { TokenFlows } from '../core/operation.ts'
import { isObject } from './merge.ts'
import type { JsonObject, SecurityRequirement } from './types.ts'

/** The security schemes of one document, with every scope that an operation asks for. */
export class SecuritySchemes {
  readonly #authenticators = new Map<string, Authenticator>()
  readonly #scopes = new Map<string, Set<string>>()
  readonly #flows = new Map<string, JsonObject>()
  readonly #problems: Problems

  constructor(problems: Problems) {
    this.#problems = problems
  }

  /** The alternatives that open an operation: one for each authenticator and each way to satisfy the rules. Empty where it is public. */
  requirements(place: string, decision: AccessDecision): SecurityRequirement[] {
    const found: SecurityRequirement[] = []
    const ways = decision.anonymous ? [[]] : waysThrough(decision.rules)
    for (const authenticator of decision.authenticators) {
      this.#add(place, authenticator)
      for (const way of ways) {
        const names = namesFor(authenticator, way)
        names.forEach((name) => this.#scopes.get(authenticator.name)?.add(name))
        if (!found.some((known) => sameRequirement(known, authenticator.name, names)))
          found.push({ [authenticator.name]: names })
      }
    }
    if (decision.anonymous && found.length > 0) found.push({})
    return found
  }

  /**
   * More ways to the tokens of a scheme: those of an operation that gives them.
   *
   * @param url - Where the operation is.
   */
  addFlows({ scheme, flows }: TokenFlows, url: string): void {
    const here = { tokenUrl: url, refreshUrl: url, scopes: {} }
    const placed = Object.entries(flows).map(([name, flow]) => [name, 'tokenUrl' in flow ? flow : { ...here, ...flow }])
    this.#flows.set(scheme, { ...this.#flows.get(scheme), ...(Object.fromEntries(placed) as JsonObject) })
  }

  /** `components.securitySchemes`, in the order of first use. */
  components(): JsonObject {
    return Object.fromEntries(
      [...this.#authenticators].map(([name, { scheme }]) => [
        name,
        withFlows(withScopes(scheme, this.#scopes.get(name) ?? []), this.#flows.get(name)),
      ]),
    )
  }

  #add(place: string, authenticator: Authenticator): void {
    const { name, scheme } = authenticator
    const known = this.#authenticators.get(name)
    if (known === undefined) {
      this.#authenticators.set(name, authenticator)
      this.#scopes.set(name, new Set())
    } else if (known !== authenticator && JSON.stringify(known.scheme) !== JSON.stringify(scheme)) {
      this.#problems.add(place, `two authenticators with different schemes are named "${name}"; give one another name`)
    }
  }
}

/** The rules of an operation in words: `allOf(authenticated, role(admin))`. */
export function accessInWords({ rules }: AccessDecision): string {
  const described = [...new Set(rules.map(({ node }) => describeRule(node)))].filter((text) => text !== 'anyone')
  if (described.length > 1) return `allOf(${described.join(', ')})`
  return described[0] ?? 'anyone'
}

/** Whether a caller who is known can still be refused. */
export function canForbid({ anonymous, rules }: AccessDecision): boolean {
  return !anonymous && rules.some(({ node }) => demandsMore(node))
}

function demandsMore(node: RuleNode): boolean {
  if (node.type === 'anyOf') return node.rules.every((rule) => demandsMore(rule.node))
  if (node.type === 'allOf') return node.rules.some((rule) => demandsMore(rule.node))
  return node.type !== 'anyone' && node.type !== 'authenticated'
}

interface Grant {
  readonly type: 'role' | 'scope' | 'permission'
  readonly name: string
}

/** More ways than this are not written out: the document then names the authenticators, and `x-access` says the rest. */
const MAX_WAYS = 16

/** The sets of grants of which any one is enough: the rules in disjunctive normal form. */
function waysThrough(rules: readonly AccessRule[]): readonly (readonly Grant[])[] {
  const ways = all(rules.map(({ node }) => waysOf(node)))
  return ways.length > MAX_WAYS ? [[]] : ways
}

function waysOf(node: RuleNode): readonly (readonly Grant[])[] {
  if (node.type === 'anyOf') return node.rules.flatMap((rule) => waysOf(rule.node))
  if (node.type === 'allOf') return all(node.rules.map((rule) => waysOf(rule.node)))
  return node.type === 'role' || node.type === 'scope' || node.type === 'permission' ? [[node]] : [[]]
}

function all(choices: readonly (readonly (readonly Grant[])[])[]): readonly (readonly Grant[])[] {
  return choices.reduce<readonly (readonly Grant[])[]>(
    (ways, choice) =>
      ways.length > MAX_WAYS ? ways : ways.flatMap((way) => choice.map((grants) => [...way, ...grants])),
    [[]],
  )
}

/** OpenAPI 3.1: scopes for OAuth2 and OpenID Connect, role names for all others. */
function namesFor({ scheme }: Authenticator, way: readonly Grant[]): string[] {
  const scoped = scheme.type === 'oauth2' || scheme.type === 'openIdConnect'
  const grants = scoped ? way.filter(({ type }) => type === 'scope') : way
  return [...new Set(grants.map(({ name }) => name))].sort()
}

function sameRequirement(requirement: SecurityRequirement, scheme: string, names: readonly string[]): boolean {
  return requirement[scheme]?.join(' ') === names.join(' ')
}

/** Every scope in use is among the scheme's own, so that the docs page can ask for it. */
function withScopes(scheme: Readonly<JsonObject>, names: Iterable<string>): JsonObject {
  const { flows } = scheme
  if (scheme['type'] !== 'oauth2' || !isObject(flows)) return { ...scheme }
  const used = Object.fromEntries([...names].sort().map((name) => [name, '']))
  const described = Object.entries(flows).map(([flow, value]) => {
    const declared = isObject(value) && isObject(value['scopes']) ? value['scopes'] : {}
    return [flow, isObject(value) ? { ...value, scopes: { ...used, ...declared } } : value]
  })
  return { ...scheme, flows: Object.fromEntries(described) as JsonObject }
}

/** The flows of operations have the scopes that those can grant, and no others. */
function withFlows(scheme: JsonObject, flows: JsonObject | undefined): JsonObject {
  const own = scheme['flows']
  return scheme['type'] === 'oauth2' && isObject(own) && flows !== undefined
    ? { ...scheme, flows: { ...own, ...flows } }
    : scheme
}
