import type { JsonObject } from './types.ts'

/**
 * Merges `extra` into `base`: objects member by member, lists by appending; anything else takes the place of what was there, and
 * `undefined` removes it. FastAPI's rule for `openapi_extra`. Neither argument is changed.
 */
export function deepMerge(base: Readonly<JsonObject>, extra: Readonly<JsonObject>): JsonObject {
  const merged: JsonObject = { ...base }
  for (const [key, value] of Object.entries(extra)) {
    const present = merged[key]
    if (value === undefined) delete merged[key]
    else if (isObject(present) && isObject(value)) merged[key] = deepMerge(present, value)
    else if (Array.isArray(present) && Array.isArray(value)) merged[key] = [...(present as unknown[]), ...value]
    else merged[key] = value
  }
  return merged
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
