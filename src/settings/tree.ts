import { innerOf, type ZodSchema } from '../schema/zod.ts'
import type { SettingProblem } from './report.ts'
import { developmentValue } from './secret-text.ts'
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
  if (form === 'list' && !text.startsWith('[')) return text.split(',').map((item) => item.trim())
  return JSON.parse(text) as unknown
}

function place(tree: Tree, path: readonly string[], value: unknown): void {
  const last = path.at(-1)!
  let at = tree
  for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Tree
  at[last] = value
}

/**
 * What the schema has to see although nobody set it: objects that are not optional, so that each of their settings is told to be missing and has its default; and,
 * outside of production, what stands for secrets.
 */
export function defaultOf(schema: ZodSchema, variables: readonly Variable[], found: ReadonlyMap<string, Found>): Tree {
  const isSet = (path: readonly string[]): boolean =>
    variables.some((each) => found.has(each.name) && path.every((key, index) => each.path[index] === key))
  const visit = (at: ZodSchema, path: readonly string[]): Tree => {
    const tree: Tree = {}
    for (const [key, field] of Object.entries(shapeOf(at) ?? {})) {
      const place = [...path, key]
      const isObject =
        shapeOf(field) !== undefined && !variables.some((each) => each.path.join('.') === place.join('.'))
      if (isObject && (!mayBeMissing(field) || isSet(place))) tree[key] = visit(field, place)
      const development = process.env['NODE_ENV'] === 'production' ? undefined : developmentOf(field)
      if (development !== undefined) tree[key] = development
    }
    return tree
  }
  return visit(schema, [])
}

function developmentOf(schema: ZodSchema): string | undefined {
  const inner = innerOf(schema)
  return developmentValue(schema) ?? (inner === undefined ? undefined : developmentOf(inner))
}
