import { $ZodAny, $ZodCodec, $ZodLazy, $ZodUnion } from 'zod/v4/core'
import type { InputPart } from '../core/errors/issue.ts'
import { headerName } from '../core/header-name.ts'
import { aliasOf } from './alias.ts'
import { isCommaSeparated } from './comma-separated.ts'
import { itemsFromString, listFromString } from './conversions.ts'
import { lazyShape, renameObject, type RenamedObject } from './renamed-object.ts'
import type { InputSource } from './types.ts'
import { isBigint, leafOf, unchanged, type LeafCodec } from './wire-leaves.ts'
import { defOf, hasTrait, innerOf, someSchema, withDef, type ZodDef, type ZodSchema } from './zod.ts'

interface WireOptions {
  readonly source: InputSource
  readonly in: InputPart
}

export interface WireSchema {
  readonly schema: ZodSchema
  /** The codecs made here, which the compiler calls without Zod's ceremony. */
  readonly leaves: ReadonlyMap<ZodSchema, LeafCodec>
  /** Objects some of whose fields have another name on the wire. */
  readonly renamed: ReadonlyMap<ZodSchema, RenamedObject>
}

/**
 * The schema of the wire form: its input is what is sent, its output the runtime value. Zod itself runs it in both directions, so it
 * reports the errors and is the reference for the compiled paths. A schema that needs no change stays the user's own.
 */
export function wireSchema(root: ZodSchema, options: WireOptions): WireSchema {
  const leaves = new Map<ZodSchema, LeafCodec>()
  const renamed = new Map<ZodSchema, RenamedObject>()
  if (!needsRewrite(root, options)) return { schema: root, leaves, renamed }
  const rewriter = new Rewriter(options, leaves, renamed)
  return { schema: rewriter.rewrite(root), leaves, renamed }
}

/** The name of an object's field on the wire. */
export function wireName(key: string, field: ZodSchema, part: InputPart): string {
  return aliasOf(field) ?? (part === 'header' ? headerName(key) : key)
}

function needsRewrite(root: ZodSchema, { source }: WireOptions): boolean {
  if (source !== 'json') return true
  return someSchema(root, (schema) => {
    const def = defOf(schema)
    if (def.type === 'object') return Object.values(def.shape).some((field) => aliasOf(field) !== undefined)
    return def.type === 'date' || def.type === 'bigint' || (def.type === 'literal' && def.values.some(isBigint))
  })
}

class Rewriter {
  readonly #options: WireOptions
  readonly #leaves: Map<ZodSchema, LeafCodec>
  readonly #renamed: Map<ZodSchema, RenamedObject>
  readonly #done = new Map<ZodSchema, ZodSchema>()

  constructor(options: WireOptions, leaves: Map<ZodSchema, LeafCodec>, renamed: Map<ZodSchema, RenamedObject>) {
    this.#options = options
    this.#leaves = leaves
    this.#renamed = renamed
  }

  rewrite(schema: ZodSchema): ZodSchema {
    const known = this.#done.get(schema)
    if (known !== undefined) return known
    const rewritten = this.#rewriteNew(schema)
    this.#done.set(schema, rewritten)
    return rewritten
  }

  #rewriteNew(schema: ZodSchema): ZodSchema {
    const def = defOf(schema)
    if (def.type === 'lazy') {
      return new $ZodLazy({ type: 'lazy', getter: () => this.rewrite(innerOf(schema) as ZodSchema) })
    }
    if (innerOf(schema) !== undefined) return withDef(schema, { innerType: this.rewrite(innerOf(schema) as ZodSchema) })
    const leaf = leafOf(schema, this.#options.source)
    return leaf === undefined ? this.#container(schema, def) : this.#codec(leaf.schema, leaf)
  }

  #codec(out: ZodSchema, leaf: LeafCodec): ZodSchema {
    const codec = new $ZodCodec({
      type: 'pipe',
      in: new $ZodAny({ type: 'any' }),
      out,
      transform: leaf.decode,
      reverseTransform: leaf.encode,
    })
    this.#leaves.set(codec, leaf)
    return codec
  }

  #container(schema: ZodSchema, def: ZodDef): ZodSchema {
    const strings = this.#options.source !== 'json'
    switch (def.type) {
      case 'object':
        return this.#object(schema, def)
      case 'array': {
        const array = withDef(schema, { element: this.rewrite(def.element) })
        const decode = isCommaSeparated(schema) ? itemsFromString : listFromString
        return strings ? this.#codec(array, { decode, encode: unchanged }) : array
      }
      case 'tuple': {
        const rest = def.rest === null || def.rest === undefined ? null : this.rewrite(def.rest)
        const tuple = withDef(schema, { items: def.items.map((item) => this.rewrite(item)), rest })
        return strings ? this.#codec(tuple, { decode: listFromString, encode: unchanged }) : tuple
      }
      case 'record':
        return withDef(schema, { valueType: this.rewrite(def.valueType) })
      case 'union':
        return this.#union(schema, def)
      case 'intersection':
        return withDef(schema, { left: this.rewrite(def.left), right: this.rewrite(def.right) })
      case 'pipe':
        return this.#pipe(schema, def)
      default:
        return schema
    }
  }

  #object(schema: ZodSchema, def: ZodDef & { type: 'object' }): ZodSchema {
    const fields = Object.entries(def.shape).map(([key, field]) => ({
      key,
      wire: wireName(key, field, this.#options.in),
      schema: () => this.rewrite(field),
    }))
    const catchall = def.catchall === undefined ? undefined : this.rewrite(def.catchall)
    if (fields.every(({ key, wire }) => key === wire)) {
      return withDef(schema, { shape: lazyShape(fields.map(({ key, schema }) => [key, schema])), catchall })
    }
    // Zod strips that key, whatever the schema says of it.
    const known = fields.filter(({ key }) => key !== '__proto__')
    const { codec, object } = renameObject(schema, def, known, catchall)
    this.#renamed.set(codec, object)
    return codec
  }

  #union(schema: ZodSchema, def: ZodDef & { type: 'union' }): ZodSchema {
    const options = def.options.map((option) => this.rewrite(option))
    if ('discriminator' in def) return this.#discriminated(schema, def as Discriminated, options)
    if (this.#options.source === 'json' || def.inclusive === false) return withDef(schema, { options })
    // A string fits every string schema, so the members that ask for more are tried first.
    const sorted = def.options.map((option, index) => ({
      text: isText(option),
      rewritten: options[index] as ZodSchema,
    }))
    return withDef(schema, {
      options: sorted.toSorted((a, b) => Number(a.text) - Number(b.text)).map((each) => each.rewritten),
    })
  }

  #discriminated(schema: ZodSchema, def: Discriminated, options: ZodSchema[]): ZodSchema {
    const tags = def.options.flatMap((option) => tagsOf(option, def.discriminator))
    const converted = this.#options.source !== 'json' && tags.some((tag) => typeof tag !== 'string')
    const renamed = def.options.some((option) => {
      const field = tagField(option, def.discriminator)
      return field !== undefined && wireName(def.discriminator, field, this.#options.in) !== def.discriminator
    })
    // A tag that is converted, or has another name on the wire, is not what Zod looks the member up by: the members are tried in turn.
    if (converted || renamed || tags.some(isBigint)) {
      return new $ZodUnion({ type: 'union', options, ...(def.checks === undefined ? {} : { checks: def.checks }) })
    }
    return withDef(schema, { options })
  }

  #pipe(schema: ZodSchema, def: ZodDef & { type: 'pipe' }): ZodSchema {
    // `z.preprocess`: what comes out of it is still in wire form.
    if (hasTrait(def.in, '$ZodTransform')) return withDef(schema, { out: this.rewrite(def.out) })
    return withDef(schema, { in: this.rewrite(def.in) })
  }
}

type Discriminated = ZodDef & { type: 'union'; discriminator: string }
/** Whether any string fits, whatever it says. */
function isText(schema: ZodSchema): boolean {
  const inner = innerOf(schema)
  if (inner !== undefined) return isText(inner)
  const def = defOf(schema)
  if (def.type === 'pipe') return isText(def.in)
  return def.type === 'string' || def.type === 'any' || def.type === 'unknown'
}

function tagsOf(option: ZodSchema, key: string): readonly unknown[] {
  return [...((option._zod.propValues as Record<string, Set<unknown>> | undefined)?.[key] ?? [])]
}

function tagField(option: ZodSchema, key: string): ZodSchema | undefined {
  const inner = innerOf(option)
  if (inner !== undefined) return tagField(inner, key)
  const def = defOf(option)
  if (def.type === 'union') return def.options.map((each) => tagField(each, key)).find((found) => found !== undefined)
  return def.type === 'object' ? def.shape[key] : undefined
}
