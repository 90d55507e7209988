import type { Schema } from '../core/schema.ts'
import { ComponentNames, type Component } from './component-names.ts'
import { describeSchema } from './json-schema.ts'
import { nameOf } from './named.ts'
import { standardJsonSchema } from './standard.ts'
import type { JsonSchema, SchemaCollector, SchemaDirection } from './types.ts'
import { childrenOf, isZod, type ZodSchema } from './zod.ts'

/** How schemas are turned into JSON Schema. */
export interface CollectorOptions {
  /** What stands before a component's name in a `$ref`. Default `#/components/schemas/`. */
  readonly prefix?: string
}

/**
 * Creates a collector of JSON Schemas for one document. Schemas named by `named()` or `.meta({ id })`, and recursive ones, become
 * components; where what a client sends differs from what it receives there are two, `PostInput` and `PostOutput`.
 *
 * `ref()` throws a TypeError where two different schemas have one name.
 *
 * @example
 * const collector = createSchemaCollector()
 * collector.ref(named('Tag', z.string()), 'input')   // => { $ref: '#/components/schemas/Tag' }
 * collector.components()   // => { Tag: { type: 'string' } }
 */
export function createSchemaCollector(options: CollectorOptions = {}): SchemaCollector {
  return new Collector(options.prefix ?? '#/components/schemas/')
}

/**
 * One schema as a JSON Schema 2020-12 document of its own, in wire form, with named and recursive schemas under `$defs`.
 *
 * @example
 * toJsonSchema(z.date(), { io: 'output' })   // => { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'string', format: 'date-time' }
 * @throws TypeError where two different schemas have one name, or where JSON has no form for a value: a map, a set.
 */
export function toJsonSchema(schema: Schema, options: { readonly io: SchemaDirection }): JsonSchema {
  const collector = createSchemaCollector({ prefix: '#/$defs/' })
  const root = collector.ref(schema, options.io)
  const $defs = collector.components()
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...root,
    ...(Object.keys($defs).length === 0 ? {} : { $defs }),
  }
}

class Collector implements SchemaCollector {
  readonly #names: ComponentNames
  readonly #recursive = new Map<ZodSchema, string>()
  readonly #walked = new Set<ZodSchema>()

  constructor(prefix: string) {
    this.#names = new ComponentNames(prefix)
  }

  ref(schema: Schema, io: SchemaDirection): JsonSchema {
    if (!isZod(schema)) return this.#standard(schema, io)
    this.#findRecursive(schema, [])
    return this.#refer(schema, io)
  }

  components(): Record<string, JsonSchema> {
    return this.#names.settle()
  }

  #refer(schema: ZodSchema, io: SchemaDirection): JsonSchema {
    const name = nameOf(schema) ?? this.#recursive.get(schema)
    if (name === undefined) return describeSchema(schema, io, (each, direction) => this.#refer(each, direction))
    return this.#component(name, io, schema, () =>
      describeSchema(schema, io, (each, direction) => this.#refer(each, direction)),
    )
  }

  /** The body is made when it is first referred to, or compared where another schema claims the same name. */
  #component(name: string, io: SchemaDirection, schema: object, describe: () => JsonSchema): JsonSchema {
    const known = this.#names.find(name, io)
    if (known === undefined) {
      const component: Component = { name, io, owners: new Set([schema]), body: {} }
      this.#names.add(component)
      component.body = describe()
    } else if (!known.owners.has(schema)) {
      known.owners.add(schema)
      this.#names.expectSame(known, describe())
    }
    return this.#names.reference(name, io)
  }

  #standard(schema: Schema, io: SchemaDirection): JsonSchema {
    const { root, definitions } = standardJsonSchema(schema, io)
    for (const [name, body] of Object.entries(definitions))
      this.#component(name, io, body, () => this.#relink(body, io))
    const name = nameOf(schema)
    const linked = (): JsonSchema => this.#relink(root, io)
    return name === undefined ? linked() : this.#component(name, io, schema, linked)
  }

  /** Points the references of another library's schema at components. */
  #relink(json: unknown, io: SchemaDirection): JsonSchema {
    return relink(json, (name) => this.#names.reference(name, io)) as JsonSchema
  }

  /** Recursive schemas without a name get one, because a document can only refer to what has one. */
  #findRecursive(schema: ZodSchema, above: readonly ZodSchema[]): void {
    if (above.includes(schema)) {
      if (nameOf(schema) === undefined && !this.#recursive.has(schema)) {
        const named = above.slice(above.indexOf(schema)).some((each) => nameOf(each) !== undefined)
        if (!named) this.#recursive.set(schema, `Recursive${this.#recursive.size + 1}`)
      }
      return
    }
    if (this.#walked.has(schema)) return
    childrenOf(schema).forEach((child) => this.#findRecursive(child, [...above, schema]))
    this.#walked.add(schema)
  }
}

function relink(json: unknown, reference: (name: string) => JsonSchema): unknown {
  if (Array.isArray(json)) return json.map((each) => relink(each, reference))
  if (typeof json !== 'object' || json === null) return json
  const { $ref, ...rest } = json as JsonSchema
  const name = typeof $ref === 'string' ? /^#\/(?:\$defs|definitions)\/(.+)$/.exec($ref)?.[1] : undefined
  const entries = Object.entries(rest).map(([key, value]) => [key, relink(value, reference)])
  const linked = Object.fromEntries(entries) as JsonSchema
  if (name !== undefined) return Object.assign(reference(name), linked)
  return $ref === undefined ? linked : { $ref, ...linked }
}
