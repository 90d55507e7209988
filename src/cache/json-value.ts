import type { Form } from './keeper.ts'

/** Values that JSON gives back as they were; others have no text. */
export const jsonForm: Form<unknown> = {
  write: (value) => (isJson(value) ? JSON.stringify(value) : undefined),
  read: (text) => JSON.parse(text) as unknown,
}

/** Deeper ones are taken for values that contain themselves. */
const MAX_DEPTH = 100

function isJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (depth > MAX_DEPTH) return false
  if (Array.isArray(value)) return value.every((each) => isJson(each, depth + 1))
  return isPlain(value) && Object.values(value).every((each) => isJson(each, depth + 1))
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Plain objects and arrays, at any depth, so that no caller changes what all have. */
export function freeze<T>(value: T): T {
  if ((!isPlain(value) && !Array.isArray(value)) || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const each of Object.values(value)) freeze(each)
  return value
}
