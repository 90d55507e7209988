/**
 * A text that two values share only where they are the same: for keys. `undefined` where none can be made, as of functions and instances of classes, whose
 * state nobody sees.
 */
export function canonical(value: unknown): string | undefined {
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
      return value === null ? '_' : ofObject(value)
    default:
      return undefined
  }
}

function ofObject(value: object): string | undefined {
  if (Array.isArray(value)) return ofList('[', value)
  if (value instanceof Date) return `d${value.getTime()}`
  if (value instanceof Set) return ofList('S', [...(value as ReadonlySet<unknown>)])
  if (value instanceof Map) return ofList('M', [...(value as ReadonlyMap<unknown, unknown>)])
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('base64')}`
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null ? ofFields(value) : undefined
}

function ofList(mark: string, items: readonly unknown[]): string | undefined {
  let text = mark
  for (const item of items) {
    const part = canonical(item)
    if (part === undefined) return undefined
    text += `${part},`
  }
  return `${text}]`
}

function ofFields(value: object): string | undefined {
  let text = '{'
  for (const key of Object.keys(value)) {
    const part = canonical((value as Readonly<Record<string, unknown>>)[key])
    if (part === undefined) return undefined
    text += `${JSON.stringify(key)}:${part},`
  }
  return `${text}}`
}
