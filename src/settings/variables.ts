import { createAnnotation } from '../schema/annotations.ts'
import { isSecret } from '../schema/secret.ts'
import { looksSecret } from '../core/secret-names.ts'
import { defOf, hasTrait, innerOf, metaOf, type ZodSchema } from '../schema/zod.ts'
import { developmentTexts } from './in-development.ts'

/** One variable of the environment, and the setting it gives. */
export interface Variable {
  /** The way to the setting: `['smtp', 'port']`. */
  readonly path: readonly string[]
  /** `SMTP_PORT` */
  readonly name: string
  /** How its text is read: as it is, as items parted by commas, or as JSON. */
  readonly form: 'text' | 'list' | 'json'
  readonly secret: boolean
  readonly description: string | undefined
  /** A value to show in messages, where the schema names one. */
  readonly example: string | undefined
  /** Whether an app starts without it in production. */
  readonly isOptional: boolean
  /** What counts then, as text, where the schema names it. */
  readonly standard: string | undefined
  /** What counts outside of production where nobody set it. */
  readonly development: string | undefined
  /** Where the objects stand that it is in and that may be missing. */
  readonly optionalObjects: readonly (readonly string[])[]
}

const names = createAnnotation<string>()
export const examples = createAnnotation<string>()

/**
 * Reads a setting from the variable of this name, in place of the one made of its place in the schema.
 *
 * @example
 * const config = settings(z.object({ stripeKey: variable('STRIPE_API_KEY', secretText()) }), { env: { STRIPE_API_KEY: 'sk_test_1' } })
 * config.stripeKey.reveal()   // => 'sk_test_1'
 * @throws TypeError where it is no name of a variable: capitals, digits and underscores.
 */
export function variable<S extends object>(name: string, schema: S): S {
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name))
    throw new TypeError(`A variable's name has capitals, digits and underscores; ${JSON.stringify(name)} has others.`)
  return names.add(schema, name)
}

/**
 * Every variable of a schema, in the order of declaration. An object inside the schema is many variables, everything else is one.
 *
 * @throws TypeError where two settings have one variable.
 */
export function variablesOf(schema: ZodSchema, prefix: string): readonly Variable[] {
  const found = below(schema, { path: [], prefix, isOptional: false, optionalObjects: [] })
  for (const { name, path } of found) {
    const other = found.find((each) => each.name === name)!
    if (other.path === path) continue
    throw new TypeError(
      `settings(): ${other.path.join('.')} and ${path.join('.')} are both read from ${name}. Name one of them: variable('OTHER_NAME', schema).`,
    )
  }
  return found
}

interface Place {
  readonly path: readonly string[]
  readonly prefix: string
  /** Whether what it is in, or itself, may be missing. */
  readonly isOptional: boolean
  readonly optionalObjects: Variable['optionalObjects']
}

function below(schema: ZodSchema, place: Place): Variable[] {
  const { path, prefix } = place
  const shape = shapeOf(schema)
  const mayMiss = mayBeMissing(schema)
  const isOptional = place.isOptional || mayMiss
  // A name of its own makes an object one variable, as JSON.
  if (shape === undefined || names.find(schema) !== undefined) return [variableOf(schema, { ...place, isOptional })]
  const optionalObjects = mayMiss ? [...place.optionalObjects, path] : place.optionalObjects
  return Object.entries(shape).flatMap(([key, field]) =>
    below(field, { path: [...path, key], prefix, isOptional, optionalObjects }),
  )
}

export function mayBeMissing(schema: ZodSchema): boolean {
  // Optional, or with a default.
  return schema._zod.optin !== undefined
}

/** Of an object, whatever wraps it. */
export function shapeOf(schema: ZodSchema): Readonly<Record<string, ZodSchema>> | undefined {
  const def = defOf(schema)
  if (def.type === 'object') return def.shape
  const inner = innerOf(schema)
  return inner === undefined ? undefined : shapeOf(inner)
}

function variableOf(schema: ZodSchema, { path, prefix, isOptional, optionalObjects }: Place): Variable {
  const { description, examples: named } = metaOf(schema)
  const [first] = Array.isArray(named) ? (named as unknown[]) : []
  return {
    path,
    name: names.find(schema) ?? prefix + path.map(inCapitals).join('_'),
    form: formOf(schema),
    secret: isSecret(schema) || looksSecret(path.at(-1) ?? ''),
    description: typeof description === 'string' ? description : undefined,
    example: examples.find(schema) ?? (first === undefined ? exampleOf(schema) : inText(first)),
    isOptional,
    standard: standardOf(schema),
    development: developmentTexts.find(schema),
    optionalObjects,
  }
}

function standardOf(schema: ZodSchema): string | undefined {
  const def = defOf(schema)
  if (def.type === 'default') return listInText(def.defaultValue)
  const inner = innerOf(schema)
  return inner === undefined ? undefined : standardOf(inner)
}

/** As it stands in the environment. */
function listInText(value: unknown): string {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && !item.includes(','))
    ? value.join(',')
    : inText(value)
}

/** `jwtSecret`: `JWT_SECRET`; `s3URL`: `S3_URL`. */
function inCapitals(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()
}

function formOf(schema: ZodSchema): Variable['form'] {
  const def = defOf(schema)
  const inner = innerOf(schema)
  if (inner !== undefined) return formOf(inner)
  if (def.type === 'array') return formOf(def.element) === 'text' ? 'list' : 'json'
  if (def.type === 'pipe') return formOf(def.in)
  return def.type === 'object' || def.type === 'record' || def.type === 'tuple' ? 'json' : 'text'
}

const EXAMPLES: readonly (readonly [trait: string, example: string])[] = [
  ['$ZodURL', 'https://api.example.com'],
  ['$ZodEmail', 'someone@example.com'],
  ['$ZodNumber', '10'],
  ['$ZodBigInt', '10'],
  ['$ZodBoolean', 'true'],
  ['$ZodISODate', '2026-01-31'],
  ['$ZodISODateTime', '2026-01-31T12:00:00Z'],
  ['$ZodDate', '2026-01-31T12:00:00Z'],
  ['$ZodUUID', '0198f2a4-7c1e-7d5b-9e3a-1f2b3c4d5e6f'],
]

function exampleOf(schema: ZodSchema): string | undefined {
  const inner = innerOf(schema)
  if (inner !== undefined) return exampleOf(inner)
  const def = defOf(schema)
  if (def.type === 'enum') return String(Object.values(def.entries)[0])
  if (def.type === 'array') return listExampleOf(def.element)
  return EXAMPLES.find(([trait]) => hasTrait(schema, trait))?.[1]
}

function listExampleOf(element: ZodSchema): string | undefined {
  const one = exampleOf(element)
  if (formOf(element) !== 'text') return undefined
  return one === undefined ? 'one,two' : `${one},${one}`
}

function inText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
