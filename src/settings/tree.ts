import type { ZodSchema } from '../schema/zod.ts'
import type { SettingProblem } from './report.ts'
import type { Found } from './sources.ts'
import { mayBeMissing, shapeOf, type Variable } from './variables.ts'

type Tree = Record<string, unknown>

/** What was found, as the tree that the schema reads. */
export function inputOf(
  variables: readonly Variable[],
  found: ReadonlyMap<string, Found>,
): { readonly input: Tree; readonly problems: readonly SettingProblem[] } {
  const input: Tree = {}
  const problems: SettingProblem[] = []
  for (const variable of variables) {
    const given = found.get(variable.name)
    if (given === undefined) continue
    try {
      place(input, variable.path, valueOf(variable, given.text))
    } catch {
      problems.push({ variable: variable.name, message: `${given.source} has no JSON`, example: '{"key":"value"}' })
    }
  }
  return { input, problems }
}

function valueOf({ form }: Variable, text: string): unknown {
  if (form === 'text') return text
  if (form === 'list' && !text.startsWith('[')) return itemsOf(text)
  return JSON.parse(text) as unknown
}

/** A comma at the end adds nothing: an empty item is nobody's wish. */
function itemsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function place(tree: Tree, path: readonly string[], value: unknown): void {
  const last = path.at(-1)!
  let at = tree
  for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Tree
  at[last] = value
}

/** What stands for settings that nobody set, outside of production; of an optional object only where that is there. */
export function standInsOf(variables: readonly Variable[], found: ReadonlyMap<string, Found>): Map<string, Found> {
  const standIns = new Map<string, Found>()
  if (process.env['NODE_ENV'] === 'production') return standIns
  for (const { name, development, optionalObjects } of variables) {
    const isThere = optionalObjects.every((path) => isSet(path, variables, found))
    if (development !== undefined && isThere && !found.has(name))
      standIns.set(name, { text: development, source: 'development' })
  }
  return standIns
}

/** What the schema has to see although nobody set it: objects that are not optional, so that each of their settings is told to be missing and has its default. */
export function defaultOf(schema: ZodSchema, variables: readonly Variable[], found: ReadonlyMap<string, Found>): Tree {
  const visit = (at: ZodSchema, path: readonly string[]): Tree => {
    const tree: Tree = {}
    for (const [key, field] of Object.entries(shapeOf(at) ?? {})) {
      const place = [...path, key]
      const isObject =
        shapeOf(field) !== undefined && !variables.some((each) => each.path.join('.') === place.join('.'))
      if (isObject && (!mayBeMissing(field) || isSet(place, variables, found))) tree[key] = visit(field, place)
    }
    return tree
  }
  return visit(schema, [])
}

function isSet(path: readonly string[], variables: readonly Variable[], found: ReadonlyMap<string, Found>): boolean {
  return variables.some((each) => found.has(each.name) && path.every((key, index) => each.path[index] === key))
}
