import type { OperationDescription } from '../core/description.ts'
import type { Problems } from '../core/graph/problems.ts'
import { isSchema, type Schema } from '../core/schema.ts'
import { createSchemaCollector, type SchemaDirection } from '../schema/index.ts'
import { nameOf } from '../schema/named.ts'

interface Named {
  /** The operation that has it. */
  readonly place: string
  readonly schema: Schema
}

/**
 * Reports resources that have one name and are not the same: in the document they would be one component. Schemas are compared only where a
 * name comes twice, so that an app can ask for it at every start, whether or not it has a document.
 */
export function checkResourceNames(operations: readonly OperationDescription[], problems: Problems): void {
  const known = new Map<string, Named[]>()
  const check = (place: string, schema: unknown, io: SchemaDirection): void => {
    const name = isSchema(schema) ? nameOf(schema) : undefined
    if (!isSchema(schema) || name === undefined) return
    const key = `${io} ${name}`
    const found = known.get(key) ?? []
    const [first] = found
    if (found.some((each) => each.schema === schema)) return
    known.set(key, [...found, { place, schema }])
    if (first !== undefined && !areSame(first.schema, schema, io))
      problems.add(
        place,
        `its "${name}" is not that of "${first.place}"; give one of the two resources a name of its own: resource(table, { name: 'Other' })`,
      )
  }
  for (const { placed } of operations) {
    const { rowScoped, inputs, response } = placed.operation
    if (rowScoped !== true || placed.hidden) continue
    check(placed.name, inputs.body, 'input')
    check(placed.name, response, 'output')
  }
}

function areSame(first: Schema, second: Schema, io: SchemaDirection): boolean {
  const collector = createSchemaCollector()
  collector.ref(first, io)
  try {
    collector.ref(second, io)
    return true
  } catch {
    // What it refuses is a second schema of the same name: the first was taken.
    return false
  }
}
