import type { ErrorClass, ErrorFormat } from '../core/errors/index.ts'
import type { SchemaCollector } from '../schema/index.ts'
import { isObject } from './merge.ts'
import type { JsonObject } from './types.ts'

interface Described {
  readonly media: JsonObject
  readonly raw: Readonly<JsonObject>
}

/** The schemas of error bodies: asked of the format once for each set of errors, and settled when all components have their names. */
export class ErrorSchemas {
  readonly #described = new Map<string, Described>()
  readonly #ids = new Map<ErrorClass, number>()
  readonly #settled = new Map<string, string>()
  readonly #format: ErrorFormat
  readonly #collector: SchemaCollector

  constructor(format: ErrorFormat, collector: SchemaCollector) {
    this.#format = format
    this.#collector = collector
  }

  /** The media type object of these errors; its schema is there after {@link settle}. */
  media(errors: readonly ErrorClass[]): JsonObject {
    const key = errors.map((error) => this.#id(error)).join(' ')
    const known = this.#described.get(key)
    if (known !== undefined) return known.media
    const raw = this.#format.schema(errors, (data) => this.#collector.ref(data, 'output'))
    const media: JsonObject = { schema: {} }
    this.#described.set(key, { media, raw })
    return media
  }

  /** Moves what the format put under `$defs` to `components`, beside the user's own schemas, and points every reference there. */
  settle(components: Record<string, JsonObject>): void {
    for (const { media, raw } of this.#described.values()) {
      const { $defs, ...schema } = raw
      const names = new Map<string, string>()
      const definitions = isObject($defs) ? Object.entries($defs) : []
      for (const [name, definition] of definitions) names.set(name, this.#nameOf(name, definition, components))
      for (const [name, definition] of definitions)
        components[names.get(name) ?? name] = pointed(definition, names) as JsonObject
      media['schema'] = pointed(schema, names)
    }
  }

  /** The same definition, met again with another set of errors, keeps the name it was given first. */
  #nameOf(name: string, definition: unknown, components: Readonly<Record<string, JsonObject>>): string {
    const key = `${name} ${JSON.stringify(definition)}`
    const settled = this.#settled.get(key) ?? freeName(name, definition, components)
    this.#settled.set(key, settled)
    return settled
  }

  #id(error: ErrorClass): number {
    const id = this.#ids.get(error) ?? this.#ids.size
    this.#ids.set(error, id)
    return id
  }
}

/** The name itself, unless a different schema has it already. */
function freeName(name: string, definition: unknown, components: Readonly<Record<string, JsonObject>>): string {
  const text = JSON.stringify(pointed(definition, new Map()))
  for (let attempt = 1; ; attempt++) {
    const candidate = attempt === 1 ? name : `${name}${attempt}`
    const taken = components[candidate]
    if (taken === undefined || JSON.stringify(taken) === text) return candidate
  }
}

const DEFINITION = /^#\/\$defs\/([^/]+)$/

/** A copy whose references into `$defs` point to the components, those in a discriminator's mapping included. */
function pointed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    const name = DEFINITION.exec(value)?.[1]
    return name === undefined ? value : `#/components/schemas/${names.get(name) ?? name}`
  }
  if (Array.isArray(value)) return value.map((item) => pointed(item, names))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, pointed(member, names)]))
}
