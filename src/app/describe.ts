import { decide } from '../core/access/decision.ts'
import type { OperationDescription } from '../core/description.ts'
import type { Uses } from '../core/dependency.ts'
import type { Container } from '../core/graph/container.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { PlacedOperation } from '../core/tree.ts'
import type { AppDefinition } from './definition.ts'
import { KNOWN_CALLER, knowing } from './known-caller.ts'

/** Works out everything about one operation: what must be resolved, in which order, and what decides access. */
export function describeOperation(
  placed: PlacedOperation,
  { auth = [], uses, [KNOWN_CALLER]: known }: Pick<AppDefinition, 'auth' | 'uses' | typeof KNOWN_CALLER>,
  container: Container,
  problems: Problems,
): OperationDescription {
  const { name, operation } = placed
  const roots: Uses[] = [...(uses === undefined ? [] : [uses]), ...placed.routerUses, operation.uses]
  const bare = { place: name, accessRoots: [], accessInputs: [], roots, inputs: [], request: true }
  // Dependencies may demand something of the caller, which decides whom to ask: so the rules are gathered first.
  const { access: demanded } = container.plan(bare, problems)
  const decision = decide([...placed.access, ...demanded], auth)
  const access =
    known === undefined ? decision : { ...decision, authenticators: knowing(decision.authenticators, known) }
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
  return { placed, plan, access }
}
