import type { Authenticator } from '../core/access/index.ts'
import type { Holder } from '../core/graph/plan.ts'
import type { InputName } from '../core/inputs.ts'
import type { Schema } from '../core/schema.ts'
import { describeParameters, type InputReader } from '../schema/index.ts'
import { isStrictObject } from '../schema/strict.ts'

/** The parts of a request that several readers share. */
const SHARED = { params: 'path', query: 'query', headers: 'header', cookies: 'cookie' } as const

type SharedName = keyof typeof SHARED

/** Who reads something of an operation's requests. */
export interface Readers {
  readonly holders: readonly Holder[]
  readonly authenticators: readonly Authenticator[]
}

/**
 * A strict object refuses what it does not declare. What another dependency, a rule or an authenticator of the same operation reads is not
 * unknown, though: a reader of such a schema is not shown it.
 */
export function withoutOthers(name: InputName, schema: Schema, reader: InputReader, readers: Readers): InputReader {
  if (!isShared(name) || !isStrictObject(schema)) return reader
  const own = new Set(namesOf(name, schema))
  const others = [...namesOfHolders(name, readers.holders), ...namesOfAuthenticators(name, readers.authenticators)]
  const hidden = others.filter((each) => !own.has(each))
  return hidden.length === 0 ? reader : (value, issues) => reader(without(value, hidden), issues)
}

function isShared(name: InputName): name is SharedName {
  return Object.hasOwn(SHARED, name)
}

function namesOf(name: SharedName, schema: Schema): string[] {
  return describeParameters(schema, SHARED[name]).map((parameter) => parameter.name)
}

function namesOfHolders(name: SharedName, holders: readonly Holder[]): string[] {
  return holders.flatMap(({ inputs }) => (inputs[name] === undefined ? [] : namesOf(name, inputs[name])))
}

function namesOfAuthenticators(name: SharedName, authenticators: readonly Authenticator[]): string[] {
  return authenticators.flatMap(({ scheme }) =>
    scheme.type === 'apiKey' && scheme.in === SHARED[name] && typeof scheme.name === 'string' ? [scheme.name] : [],
  )
}

function without(value: unknown, hidden: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || !hidden.some((name) => Object.hasOwn(value, name))) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !hidden.includes(name)))
}
