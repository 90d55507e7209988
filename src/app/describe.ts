import { decide } from '../core/access/decision.ts'
import type { OperationDescription } from '../core/description.ts'
import type { Uses } from '../core/dependency.ts'
import type { Container } from '../core/graph/container.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { Plan } from '../core/graph/plan.ts'
import type { AppServices } from '../core/services.ts'
import { listOf, type OperationPolicy } from '../core/policy/policy.ts'
import { isSafeMethod } from '../core/safe-method.ts'
import type { PlacedOperation } from '../core/tree.ts'
import { describeParameters } from '../schema/index.ts'
import { authenticatorsOf, type AppDefinition } from './definition.ts'
import { KNOWN_CALLER } from './known-caller.ts'

type Described = Pick<AppDefinition, 'auth' | 'uses' | 'limit' | 'database' | typeof KNOWN_CALLER>

interface DescribeContext {
  readonly container: Container
  readonly services: AppServices
  readonly problems: Problems
}

/** Works out everything about one operation: what must be resolved, in which order, and what decides access. */
export function describeOperation(
  declared: PlacedOperation,
  definition: Described,
  { container, services, problems }: DescribeContext,
): OperationDescription {
  const { auth, uses, [KNOWN_CALLER]: known } = definition
  const placed = withPolicies(declared, definition, problems)
  const { name, operation } = placed
  const shared: Uses[] = [...(uses === undefined ? [] : [uses]), ...placed.routerUses]
  const roots = [...shared, operation.uses]
  const bare = { place: name, accessRoots: [], accessInputs: [], roots, inputs: [], request: true }
  // Dependencies may demand something of the caller, which decides whom to ask: so the rules are gathered first.
  const { access: demanded, nodes: present } = container.plan(bare, problems)
  const decision = decide([...placed.access, ...demanded], authenticatorsOf(auth), isSafeMethod(operation.method))
  const access = known === undefined ? decision : { ...decision, known }
  if (!access.anonymous && access.authenticators.length === 0) {
    problems.add(
      name,
      'its access rule needs to know the caller, and nothing finds out who calls; add auth: [jwtBearer(...)] to createApp',
    )
  }
  const place = { placed, services }
  const policyUses = placed.policies.map(
    ({ uses: own }) =>
      problems.collect(name, () =>
        own?.(
          place,
          present.map(({ dependency }) => dependency),
        ),
      ) ?? {},
  )
  const plan = container.plan(
    {
      place: name,
      accessRoots: [
        ...access.authenticators.map((authenticator) => authenticator.uses),
        ...access.custom.map((rule) => rule.uses),
      ],
      accessInputs: access.custom.map((rule) => ({ place: `${name} (rule ${rule.name})`, inputs: rule.inputs })),
      roots: [...shared, ...policyUses, operation.uses],
      inputs: Object.keys(operation.inputs).length === 0 ? [] : [{ place: name, inputs: operation.inputs }],
      request: true,
    },
    problems,
  )
  checkParams(placed, plan, problems)
  const first = plan.roots.length - 1 - policyUses.length
  const policies = placed.policies.flatMap((policy, index) => {
    const compiled = problems.collect(name, () => policy.compile({ ...place, plan, access }))
    return compiled === undefined ? [] : [{ compiled, uses: plan.roots[first + index] ?? [] }]
  })
  return { placed, plan, access, policies }
}

/** The app's limits come first, and what a flag asks for is found. */
function withPolicies(placed: PlacedOperation, { limit, database }: Described, problems: Problems): PlacedOperation {
  const idempotency = idempotencyOf(placed, database, problems)
  const policies = [...listOf(limit), ...placed.policies, ...idempotency]
  if (policies.length === 0) return placed
  const operation = (idempotency.length > 0 && placed.operation.inTransaction?.()) || placed.operation
  return { ...placed, operation, policies, errors: [...placed.errors, ...policies.flatMap(({ errors }) => errors)] }
}

function idempotencyOf(
  { name, idempotent, operation }: PlacedOperation,
  database: Described['database'],
  problems: Problems,
): readonly OperationPolicy[] {
  // Of a router or a preset it reaches operations that are safe to repeat as they are.
  if (idempotent === false || isSafeMethod(operation.method)) {
    if (operation.idempotent === undefined || operation.idempotent === false || idempotent === false) return []
    problems.add(name, `it is a ${operation.method}, which is safe to repeat anyway; remove idempotent`)
    return []
  }
  if (database?.idempotency === undefined) {
    problems.add(name, 'idempotent needs a database that keeps the keys; add database to createApp')
    return []
  }
  return problems.collect(name, () => [database.idempotency!(idempotent === 'required')]) ?? []
}

/** A parameter that the path does not have could never be valid. */
function checkParams({ path, pathNames }: PlacedOperation, { holders }: Plan, problems: Problems): void {
  for (const { place, inputs } of holders) {
    for (const { name } of inputs.params === undefined ? [] : describeParameters(inputs.params, 'path')) {
      if (pathNames.includes(name)) continue
      problems.add(
        place,
        `it reads the path parameter "${name}", which ${path} does not have; ${remedy(name, pathNames)}`,
      )
    }
  }
}

function remedy(name: string, pathNames: readonly string[]): string {
  const add = `add "/:${name}" to the path`
  return pathNames.length === 0
    ? add
    : `it has ${pathNames.map((each) => `"${each}"`).join(', ')}: use that name, or ${add}`
}
