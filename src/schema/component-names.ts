import { isDeepStrictEqual } from 'node:util'
import type { JsonSchema, SchemaDirection } from './types.ts'

/** A named schema in one direction. */
export interface Component {
  readonly name: string
  readonly io: SchemaDirection
  /** The schemas that claim the name. */
  readonly owners: Set<object>
  body: JsonSchema
}

interface Reference {
  readonly name: string
  readonly io: SchemaDirection
  readonly json: JsonSchema
}

/** The components of a document while it grows, the references to them, and at the end their names. */
export class ComponentNames {
  readonly #prefix: string
  readonly #components = new Map<string, Component>()
  readonly #references: Reference[] = []

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  find(name: string, io: SchemaDirection): Component | undefined {
    return this.#components.get(`${io} ${name}`)
  }

  add(component: Component): void {
    this.#components.set(`${component.io} ${component.name}`, component)
  }

  /** A new reference object, which `settle` may still rename. */
  reference(name: string, io: SchemaDirection): JsonSchema {
    const json = { $ref: this.#prefix + name }
    this.#references.push({ name, io, json })
    return json
  }

  /** Two schemas may share a name only where they say the same. */
  expectSame(component: Component, body: JsonSchema): void {
    if (isDeepStrictEqual(component.body, body)) return
    throw new TypeError(
      `Two different schemas are named "${component.name}": ${summary(component.body)} and ${summary(body)}. ` +
        'Give one of them another name with named() or .meta({ id }).',
    )
  }

  settle(): Record<string, JsonSchema> {
    const split = this.#findSplit()
    const finalName = (name: string, io: SchemaDirection): string =>
      split.has(name) ? `${name}${io === 'input' ? 'Input' : 'Output'}` : name
    const settled = new Map<string, Component>()
    for (const component of this.#components.values()) {
      const name = finalName(component.name, component.io)
      const other = settled.get(name)
      if (other !== undefined && other.name !== component.name) {
        throw new TypeError(
          `The schemas "${other.name}" and "${component.name}" would both be the component "${name}", because what is sent and what is ` +
            'received differ. Give one of them another name with named() or .meta({ id }).',
        )
      }
      settled.set(name, component)
    }
    for (const { name, io, json } of this.#references) json['$ref'] = this.#prefix + finalName(name, io)
    const sorted = [...settled].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(sorted.map(([name, { body }]) => [name, body]))
  }

  /** The names whose two directions differ, in themselves or in what they refer to. */
  #findSplit(): ReadonlySet<string> {
    // Until now both directions refer to the same plain name, so that bodies compare by what they say themselves.
    for (const { name, json } of this.#references) json['$ref'] = this.#prefix + name
    const both = [...this.#components.values()].filter(
      ({ name, io }) => io === 'input' && this.find(name, 'output') !== undefined,
    )
    const split = new Set(
      both
        .filter(({ name, body }) => !isDeepStrictEqual(body, this.find(name, 'output')?.body))
        .map(({ name }) => name),
    )
    const refersToSplit = ({ body }: Component): boolean => namesIn(body, this.#prefix).some((name) => split.has(name))
    for (let before = -1; before !== split.size;) {
      before = split.size
      for (const component of both) if (refersToSplit(component)) split.add(component.name)
    }
    return split
  }
}

function namesIn(json: unknown, prefix: string): string[] {
  if (Array.isArray(json)) return json.flatMap((each) => namesIn(each, prefix))
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' && value.startsWith(prefix)
      ? [value.slice(prefix.length)]
      : namesIn(value, prefix),
  )
}

const MAX_SUMMARY = 120

function summary(body: JsonSchema): string {
  const { properties } = body
  if (typeof properties === 'object' && properties !== null)
    return `an object with ${Object.keys(properties).join(', ') || 'no fields'}`
  const text = JSON.stringify(body)
  return text.length > MAX_SUMMARY ? `${text.slice(0, MAX_SUMMARY)}...` : text
}
