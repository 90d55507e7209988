import { isObject } from './merge.ts'

/**
 * A copy of `value` that is JSON and nothing else: members that are `undefined` are left out, dates become ISO 8601 strings.
 *
 * @throws TypeError with a JSON pointer, where something cannot be JSON: a function, a bigint, a number that is not finite, a cycle.
 */
export function toPlainJson(value: unknown, pointer = '', above: readonly unknown[] = []): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (value instanceof Date) return value.toISOString()
  if (above.includes(value)) throw cannotBe('a value that contains itself', pointer)
  if (Array.isArray(value)) {
    return value.map((item, index) => toPlainJson(item ?? null, `${pointer}/${index}`, [...above, value]))
  }
  if (!isObject(value)) throw cannotBe(typeof value === 'number' ? String(value) : `a ${typeof value}`, pointer)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(
    members.map(([key, member]) => [key, toPlainJson(member, `${pointer}/${escape(key)}`, [...above, value])]),
  )
}

function escape(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function cannotBe(what: string, pointer: string): TypeError {
  return new TypeError(
    `The OpenAPI document has ${what} at "${pointer}", which is not JSON; write its JSON form there.`,
  )
}
