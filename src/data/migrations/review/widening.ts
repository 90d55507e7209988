const INTEGERS = ['smallint', 'integer', 'bigint']

/** Whether every value of one type is a value of the other, and stays what it was. */
export function isWidening(from: string, to: string): boolean {
  const [a, b] = [partsOf(from), partsOf(to)]
  if (INTEGERS.includes(a.name) && INTEGERS.includes(b.name))
    return INTEGERS.indexOf(a.name) <= INTEGERS.indexOf(b.name)
  if (INTEGERS.includes(a.name) && b.name === 'numeric') return b.sizes.length === 0
  if (a.name === 'real') return to === 'double precision'
  if (a.name === 'character varying' && to === 'text') return true
  if (a.name === 'text' || a.name === 'character varying')
    return b.name === 'character varying' && fits(a.sizes, b.sizes)
  if (a.name === 'numeric') return b.name === 'numeric' && fits(a.sizes, b.sizes)
  return a.name === b.name && a.sizes.length > 0 && fits(a.sizes, b.sizes)
}

interface TypeParts {
  readonly name: string
  readonly sizes: readonly number[]
}

function partsOf(type: string): TypeParts {
  const [, name, sizes] = /^(.*?)(?:\(([\d,]+)\))?$/.exec(type)!
  return { name: name!, sizes: sizes === undefined ? [] : sizes.split(',').map(Number) }
}

/** Without sizes there is no limit. Of `numeric(precision, scale)` the digits before the point must not become fewer. */
function fits(from: readonly number[], to: readonly number[]): boolean {
  if (to.length === 0) return true
  if (from.length === 0) return false
  const [size = 0, scale = 0] = from
  const [newSize = 0, newScale = 0] = to
  return newScale >= scale && newSize - newScale >= size - scale
}
