import { decide } from '../core/access/decision.ts'
import type { OperationDescription } from '../core/description.ts'
import type { Uses } from '../core/dependency.ts'
import type { Container } from '../core/graph/container.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { Plan } from '../core/graph/plan.ts'
import { isSafeMethod } from '../core/safe-method.ts'
import type { PlacedOperation } from '../core/tree.ts'
import { describeParameters } from '../schema/index.ts'
import { authenticatorsOf, type AppDefinition } from './definition.ts'
import { KNOWN_CALLER } from './known-caller.ts'

/** Works out everything about one operation: what must be resolved, in which order, and what decides access. */
export function describeOperation(
  placed: PlacedOperation,
  { auth, uses, [KNOWN_CALLER]: known }: Pick<AppDefinition, 'auth' | 'uses' | typeof KNOWN_CALLER>,
  container: Container,
  problems: Problems,
): OperationDescription {
  const { name, operation } = placed
  const roots: Uses[] = [...(uses === undefined ? [] : [uses]), ...placed.routerUses, operation.uses]
  const bare = { place: name, accessRoots: [], accessInputs: [], roots, inputs: [], request: true }
  // Dependencies may demand something of the caller, which decides whom to ask: so the rules are gathered first.
  const { access: demanded } = container.plan(bare, problems)
  const decision = decide([...placed.access, ...demanded], authenticatorsOf(auth), isSafeMethod(operation.method))
  const access = known === undefined ? decision : { ...decision, known }
  if (!access.anonymous && access.authenticators.length === 0) {
    problems.add(
      name,
      'its access rule needs to know the caller, and nothing finds out who calls; add auth: [jwtBearer(...)] to createApp',
    )
  }
  const plan = container.plan(
    {
      place: name,
      accessRoots: [
        ...access.authenticators.map((authenticator) => authenticator.uses),
        ...access.custom.map((rule) => rule.uses),
      ],
      accessInputs: access.custom.map((rule) => ({ place: `${name} (rule ${rule.name})`, inputs: rule.inputs })),
      roots,
      inputs: Object.keys(operation.inputs).length === 0 ? [] : [{ place: name, inputs: operation.inputs }],
      request: true,
    },
    problems,
  )
  checkParams(placed, plan, problems)
  return { placed, plan, access }
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
