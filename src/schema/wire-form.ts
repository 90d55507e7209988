import { wireSchema } from './wire-schema.ts'
import type { ZodSchema } from './zod.ts'

/** A runtime value as it is sent, for defaults and examples; `undefined` where it has no such form. */
export function wireForm(schema: ZodSchema, value: unknown): unknown {
  return encoded(schema, value) ?? plain(value)
}

function encoded(schema: ZodSchema, value: unknown): unknown {
  try {
    const wire = wireSchema(schema, { source: 'json', in: 'body' }).schema
    const result = wire._zod.run({ value, issues: [] }, { direction: 'backward' })
    if (result instanceof Promise) {
      result.catch(() => undefined)
      return undefined
    }
    return result.issues.length === 0 ? plain(result.value) : undefined
  } catch {
    // A one-way transform, or a check that does not expect this value.
    return undefined
  }
}

function plain(value: unknown): unknown {
  try {
    const text = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? each.toString() : each)) as
      string | undefined
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
