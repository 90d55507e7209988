import type { Issue } from '../core/errors/issue.ts'
import { isPromise } from '../core/maybe-promise.ts'
import { REDACTED } from '../core/secret.ts'
import { looksSecret } from '../core/secret-names.ts'
import { withoutCredentials } from '../core/without-credentials.ts'
import type { OutputOf, Schema } from '../core/schema.ts'
import { compileInput } from '../schema/index.ts'
import { isZod, type ZodSchema } from '../schema/zod.ts'
import { problemOf, SettingsError, type SettingProblem } from './report.ts'
import { lookup, UnreadableFile, type Found, type Lookup, type SourceOptions } from './sources.ts'
import { defaultOf, inputOf, standInsOf } from './tree.ts'
import { shapeOf, variablesOf, type Variable } from './variables.ts'

/** Where settings are read from. */
export interface SettingsOptions extends SourceOptions {
  /** What stands before the name of every variable: `APP_`. Default: nothing. */
  readonly prefix?: string
}

/** A setting as `ashlar config` shows it. */
export interface SettingRow {
  /** `smtp.port` */
  readonly name: string
  readonly variable: string
  /** As text; `[redacted]` where it is secret. */
  readonly value: string
  /** `environment`, a file, `default`, `development` for what stands for it there, or `not set`. */
  readonly source: string
}

interface Loaded {
  readonly values: Readonly<Record<string, unknown>>
  readonly rows: readonly SettingRow[]
}

interface Declared {
  readonly variables: readonly Variable[]
  readonly load: () => Loaded
}

const declared = new WeakMap<object, Declared>()

/**
 * Declares the settings of an app: a schema over environment variables, `.env` files and files of secrets. The names follow the schema: `smtp.port` is read
 * from `SMTP_PORT`. Texts become what the schema says; items of a list are parted by commas; records are JSON.
 *
 * They are read when the first one is asked for, or when the app starts: `createApp({ settings })`. Each is looked for in the environment; in the file
 * that `NAME_FILE` names; in `/run/secrets`; in `.env.local` (not in tests), `.env.<NODE_ENV>` and `.env`; and then its default counts.
 *
 * @example
 * const config = settings(
 *   z.object({ publicUrl: z.url(), smtp: z.object({ host: z.string(), port: z.int().default(587) }) }),
 *   { env: { PUBLIC_URL: 'https://example.com', SMTP_HOST: 'mail.example.com' } },
 * )
 * config.smtp.port   // => 587
 * @throws SettingsError from the first read, with every setting that is missing or wrong, and an example for each.
 * @throws TypeError where the schema is not an object of Zod's, or two settings have one variable.
 */
export function settings<const S extends Schema<object>>(
  schema: S,
  options: SettingsOptions = {},
): Readonly<OutputOf<S>> {
  if (!isZod(schema) || shapeOf(schema) === undefined)
    throw new TypeError('settings(schema) takes an object of Zod: settings(z.object({ publicUrl: z.url() })).')
  const variables = variablesOf(schema, options.prefix ?? '')
  let loaded: Loaded | undefined
  const load = (): Loaded => (loaded ??= loadNow(schema, variables, options))
  const values = {}
  for (const key of Object.keys(shapeOf(schema)!))
    Object.defineProperty(values, key, { enumerable: true, get: () => load().values[key] })
  declared.set(values, { variables, load })
  // One getter for each key of the schema, whose types are its output's.
  return Object.freeze(values) as Readonly<OutputOf<S>>
}

/**
 * Reads settings now, where that has not happened.
 *
 * @throws SettingsError with everything that is missing or wrong.
 */
export function checkSettings(values: object): void {
  declaredAs(values).load()
}

/** Every setting with its value and where it came from. */
export function describeSettings(values: object): readonly SettingRow[] {
  return declaredAs(values).load().rows
}

/** The variables that settings are read from, without reading them. */
export function settingVariables(values: object): readonly Variable[] {
  return declaredAs(values).variables
}

function declaredAs(values: object): Declared {
  const found = declared.get(values)
  if (found !== undefined) return found
  throw new TypeError('createApp({ settings }) takes what settings(schema) of ashlar/settings gives.')
}

function loadNow(schema: ZodSchema, variables: readonly Variable[], options: SettingsOptions): Loaded {
  const { given, unreadable } = findAll(variables, lookup(options))
  const found = new Map([...standInsOf(variables, given), ...given])
  const { input, problems } = inputOf(variables, found)
  const issues: Issue[] = []
  const defaults = defaultOf(schema, variables, given)
  const values = compileInput(schema, { source: 'strings', in: 'query' })(
    { ...defaults, ...merged(defaults, input) },
    issues,
  )
  if (isPromise(values)) throw new TypeError('settings(schema) cannot have asynchronous checks: it is read at once.')
  const told = issues.map((issue) => problemOf(issue, variables, found))
  const all: readonly SettingProblem[] = [...unreadable, ...problems, ...told]
  const distinct = all.filter((one, index) => all.findIndex(({ variable }) => variable === one.variable) === index)
  if (distinct.length > 0) throw new SettingsError(distinct)
  const checked = values as Record<string, unknown>
  return {
    values: deeplyFrozen(checked),
    rows: variables.map((variable) => rowOf(variable, checked, found)),
  }
}

interface FoundAll {
  readonly given: ReadonlyMap<string, Found>
  readonly unreadable: readonly SettingProblem[]
}

function findAll(variables: readonly Variable[], find: Lookup): FoundAll {
  const given = new Map<string, Found>()
  const unreadable: SettingProblem[] = []
  for (const { name } of variables) {
    try {
      const found = find(name)
      if (found !== undefined) given.set(name, found)
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error
      unreadable.push({ variable: name, message: error.message, example: undefined })
    }
  }
  return { given, unreadable }
}

type Tree = Readonly<Record<string, unknown>>

/** What was found, over what has to be there. */
function merged(below: Tree, above: Tree): Tree {
  const both: Record<string, unknown> = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const other = both[key]
    both[key] = isTree(value) && isTree(other) ? merged(other, value) : value
  }
  return both
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function rowOf({ path, name, secret }: Variable, values: unknown, found: ReadonlyMap<string, Found>): SettingRow {
  const value = at(values, path)
  return {
    name: path.join('.'),
    variable: name,
    value: secret && value !== undefined ? REDACTED : textOf(value),
    source: found.get(name)?.source ?? (value === undefined ? 'not set' : 'default'),
  }
}

function at(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inside, key) => (isTree(inside) ? inside[key] : undefined), values)
}

function deeplyFrozen<T extends object>(value: T): T {
  for (const each of Object.values(value) as unknown[])
    if (typeof each === 'object' && each !== null && Object.getPrototypeOf(each) === Object.prototype)
      deeplyFrozen(each)
  return Object.freeze(value)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return withoutCredentials(value)
  return value === undefined ? '' : JSON.stringify(value, shownAs)
}

function shownAs(name: string, value: unknown): unknown {
  if (typeof value === 'string') return looksSecret(name) ? REDACTED : withoutCredentials(value)
  return typeof value === 'bigint' ? String(value) : value
}
