import { clone } from 'zod/v4/core'
import { innerOf, isZod, type ZodSchema } from './zod.ts'

/** A note about schemas, kept beside them: Zod's own registries stay the user's. */
export interface Annotation<T> {
  /** A copy of the schema that carries the note; the original stays as it was. */
  readonly add: <S>(schema: S, note: T) => S
  /** The note of this schema or of what it was derived from or wraps. */
  readonly find: (schema: unknown) => T | undefined
  /** The note of this very schema only. */
  readonly exact: (schema: unknown) => T | undefined
}

export function createAnnotation<T>(): Annotation<T> {
  const notes = new WeakMap<object, T>()
  const own = (schema: unknown): T | undefined => {
    for (let at = schema as object | undefined; at !== undefined; at = parentOf(at)) {
      const note = notes.get(at)
      if (note !== undefined) return note
    }
    return undefined
  }
  const find = (schema: unknown): T | undefined => {
    const note = own(schema)
    if (note !== undefined || !isZod(schema)) return note
    const inner = innerOf(schema)
    return inner === undefined ? undefined : find(inner)
  }
  return {
    add: (schema, note) => {
      const copy = copyOf(schema)
      notes.set(copy as object, note)
      return copy
    },
    find,
    exact: (schema) => notes.get(schema as object),
  }
}

/** A derived schema, so that other uses of the original do not carry the note. */
function copyOf<S>(schema: S): S {
  // Zod's `clone` without a definition keeps the original as parent, through which metadata is inherited.
  if (isZod(schema)) return clone(schema) as S
  return Object.create(schema as object) as S
}

function parentOf(schema: object): object | undefined {
  if (isZod(schema)) return (schema as ZodSchema & { _zod: { parent?: ZodSchema } })._zod.parent
  const prototype: unknown = Object.getPrototypeOf(schema)
  return typeof prototype === 'object' && prototype !== null && '~standard' in prototype ? prototype : undefined
}
