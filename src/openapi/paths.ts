import type { OperationDescription } from '../core/description.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { PlacedOperation } from '../core/tree.ts'
import { pathShape, toPathTemplate } from './path-template.ts'

/** Reports operations of one name, and those that OpenAPI cannot tell apart. Cheap, so that an app can ask for it at every start. */
export function checkPlaces(operations: readonly OperationDescription[], problems: Problems): void {
  const names = new Map<string, PlacedOperation>()
  const methods = new Map<string, PlacedOperation>()
  const shapes = new Map<string, PlacedOperation>()
  for (const { placed } of operations) {
    const sameName = taken(names, placed.name, placed)
    if (sameName !== undefined)
      problems.add(
        placed.name,
        `it is the operationId of both ${where(sameName)} and ${where(placed)}; give one of them an operationId of its own`,
      )
    if (!placed.hidden) checkPath(placed, methods, shapes, problems)
  }
}

function checkPath(
  placed: PlacedOperation,
  methods: Map<string, PlacedOperation>,
  shapes: Map<string, PlacedOperation>,
  problems: Problems,
): void {
  const template = toPathTemplate(placed.path)
  const shape = pathShape(template)
  const sameMethod = taken(methods, `${placed.operation.method} ${shape}`, placed)
  const sameShape = taken(shapes, shape, placed)
  if (sameMethod !== undefined)
    problems.add(
      placed.name,
      placed.path === sameMethod.path
        ? `${where(placed)} is "${sameMethod.name}" already; give one of them another path or method`
        : `OpenAPI cannot tell ${where(placed)} from ${where(sameMethod)} of "${sameMethod.name}"; change one path, or take one out of the document with hidden: true`,
    )
  else if (sameShape !== undefined && toPathTemplate(sameShape.path) !== template)
    problems.add(
      placed.name,
      `${placed.path} and ${sameShape.path} of "${sameShape.name}" match the same requests, which OpenAPI forbids; name their parameters alike`,
    )
}

function taken(known: Map<string, PlacedOperation>, key: string, placed: PlacedOperation): PlacedOperation | undefined {
  const found = known.get(key)
  if (found === undefined) known.set(key, placed)
  return found
}

function where({ operation, path }: PlacedOperation): string {
  return `${operation.method} ${path}`
}
