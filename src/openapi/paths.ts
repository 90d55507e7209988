import type { OperationDescription } from '../core/description.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { PlacedOperation } from '../core/tree.ts'
import { pathShape, toPathTemplate } from './path-template.ts'

/** Reports operations of one name, of one method and path, and paths that OpenAPI takes for the same. */
export function checkPlaces(operations: readonly OperationDescription[], problems: Problems): void {
  const names = new Map<string, PlacedOperation>()
  const routes = new Map<string, PlacedOperation>()
  const templates = new Map<string, PlacedOperation>()
  for (const { placed } of operations) {
    const sameName = taken(names, placed.name, placed)
    if (sameName !== undefined)
      problems.add(
        placed.name,
        `it is the operationId of both ${where(sameName)} and ${where(placed)}; give one of them an operationId of its own`,
      )
    const template = toPathTemplate(placed.path)
    const sameRoute = taken(routes, `${placed.operation.method} ${pathShape(template)}`, placed)
    if (sameRoute !== undefined)
      problems.add(placed.name, `${where(placed)} is taken by "${sameRoute.name}" (${where(sameRoute)})`)
    const samePath = taken(templates, pathShape(template), placed)
    if (samePath !== undefined && sameRoute === undefined && toPathTemplate(samePath.path) !== template)
      problems.add(
        placed.name,
        `${placed.path} and ${samePath.path} of "${samePath.name}" match the same requests, which OpenAPI forbids; name their parameters alike`,
      )
  }
}

function taken(known: Map<string, PlacedOperation>, key: string, placed: PlacedOperation): PlacedOperation | undefined {
  const found = known.get(key)
  if (found === undefined) known.set(key, placed)
  return found
}

function where({ operation, path }: PlacedOperation): string {
  return `${operation.method} ${path}`
}
