import { decide } from '../../core/access/decision.ts'
import type { Authenticator } from '../../core/access/index.ts'
import type { OperationDescription } from '../../core/description.ts'
import { Container } from '../../core/graph/container.ts'
import { Problems } from '../../core/graph/problems.ts'
import type { Logger } from '../../core/request.ts'
import type { Router } from '../../core/router.ts'
import { placeOperations } from '../../core/tree.ts'

const silent = (): void => undefined
const log: Logger = { debug: silent, info: silent, warn: silent, error: silent }

/** Works out the operations of a tree, as an app does at start. */
export function describeApi(root: Router, auth: readonly Authenticator[] = []): OperationDescription[] {
  const problems = new Problems()
  const container = new Container([], { log })
  const described = placeOperations(root, problems).map((placed) => {
    const { name, operation } = placed
    const shared = { place: name, roots: [...placed.routerUses, operation.uses], request: true }
    const { access: demanded } = container.plan({ ...shared, accessRoots: [], accessInputs: [], inputs: [] }, problems)
    const access = decide([...placed.access, ...demanded], auth)
    const plan = container.plan(
      {
        ...shared,
        accessRoots: [...access.authenticators, ...access.custom].map(({ uses }) => uses),
        accessInputs: access.custom.map((rule) => ({ place: `${name} (rule ${rule.name})`, inputs: rule.inputs })),
        inputs: [{ place: name, inputs: operation.inputs }],
      },
      problems,
    )
    return { placed, plan, access, policies: [] }
  })
  problems.throwIfAny()
  return described
}
