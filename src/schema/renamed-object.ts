import { $ZodCodec, $ZodUnknown } from 'zod/v4/core'
import { withDef, type ZodDef, type ZodSchema } from './zod.ts'

export interface RenamedField {
  readonly key: string
  /** Its name on the wire. */
  readonly wire: string
  /** Made when first read, so that a recursive schema ends. */
  readonly schema: () => ZodSchema
}

export interface RenamedObject {
  readonly fields: readonly RenamedField[]
  readonly catchall: ZodSchema | undefined
  /** The user's object, for its checks. */
  readonly origin: ZodSchema
}

/** An object whose fields have other names on the wire, as a codec: the wire's object, then the user's names with the user's checks. */
export function renameObject(
  origin: ZodSchema,
  def: ZodDef & { type: 'object' },
  fields: readonly RenamedField[],
  catchall: ZodSchema | undefined,
): { codec: ZodSchema; object: RenamedObject } {
  rejectDuplicates(fields)
  const shape = lazyShape(fields.map(({ wire, schema }) => [wire, schema]))
  const codec = new $ZodCodec({
    type: 'pipe',
    in: withDef(origin, { shape, catchall, checks: [] }),
    // An object of any fields: those were checked already. Only the user's own checks run, on the user's names.
    out: withDef(origin, { shape: {}, catchall: new $ZodUnknown({ type: 'unknown' }), checks: def.checks ?? [] }),
    transform: (value) => rename(value, fields, (field) => [field.wire, field.key]),
    reverseTransform: (value) => rename(value, fields, (field) => [field.key, field.wire]),
  })
  return { codec, object: { fields, catchall, origin } }
}

/** An object shape whose fields are made when first read, so that a recursive schema ends. */
export function lazyShape(fields: readonly (readonly [string, () => ZodSchema])[]): Record<string, ZodSchema> {
  const shape = {}
  for (const [key, get] of fields) Object.defineProperty(shape, key, { enumerable: true, configurable: true, get })
  return shape
}

type Direction = (field: RenamedField) => readonly [from: string, to: string]

function rename(value: unknown, fields: readonly RenamedField[], direction: Direction): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const source = value as Record<string, unknown>
  const target: Record<string, unknown> = {}
  const taken = new Set<string>()
  for (const field of fields) {
    const [from, to] = direction(field)
    taken.add(from)
    taken.add(to)
    if (from in source && to !== '__proto__') target[to] = source[from]
  }
  for (const key in source) if (!taken.has(key)) define(target, key, source[key])
  return target
}

/** `__proto__` too becomes a property of its own, for a strict object to refuse it. */
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}

function rejectDuplicates(fields: readonly RenamedField[]): void {
  const byWire = new Map<string, string>()
  for (const { key, wire } of fields) {
    const other = byWire.get(wire)
    if (other !== undefined) {
      throw new TypeError(
        `The fields "${other}" and "${key}" both read "${wire}"; give one of them another name with alias().`,
      )
    }
    byWire.set(wire, key)
  }
}
