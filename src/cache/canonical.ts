/**
 * A text that two values share only where they are the same: for keys. `undefined` where none can be made, as of functions and instances of classes, whose
 * state nobody sees, and of what is in itself.
 */
export function canonical(value: unknown): string | undefined {
  return textOf(value, undefined)
}

/** An object, and what it was found in. */
interface Place {
  readonly value: object
  readonly within: Place | undefined
}

function textOf(value: unknown, within: Place | undefined): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'boolean':
      return value ? 't' : 'f'
    case 'undefined':
      return 'u'
    case 'bigint':
      return `${value}n`
    case 'object':
      return value === null ? '_' : ofObject(value, within)
    default:
      return undefined
  }
}

function ofObject(value: object, within: Place | undefined): string | undefined {
  for (let above = within; above !== undefined; above = above.within) if (above.value === value) return undefined
  const here = { value, within }
  if (Array.isArray(value)) return ofList('[', value, here)
  if (value instanceof Date) return `d${value.getTime()}`
  if (value instanceof Set) return ofList('S', [...(value as ReadonlySet<unknown>)], here)
  if (value instanceof Map) return ofList('M', [...(value as ReadonlyMap<unknown, unknown>)], here)
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('base64')}`
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null ? ofFields(here) : undefined
}

function ofList(mark: string, items: readonly unknown[], within: Place): string | undefined {
  let text = mark
  for (const item of items) {
    const part = textOf(item, within)
    if (part === undefined) return undefined
    text += `${part},`
  }
  return `${text}]`
}

function ofFields(within: Place): string | undefined {
  const { value } = within
  let text = '{'
  for (const key of Object.keys(value)) {
    const part = textOf((value as Readonly<Record<string, unknown>>)[key], within)
    if (part === undefined) return undefined
    text += `${JSON.stringify(key)}:${part},`
  }
  return `${text}}`
}
