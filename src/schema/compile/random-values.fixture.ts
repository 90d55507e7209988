/** Values made at random from samples, the same ones every time: what a differential test feeds to both sides. */

export type Random = () => number

/** The generator "mulberry32": numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const STRINGS = [
  '',
  'a',
  'ab',
  'abc',
  'abcdef',
  ' ab ',
  '😀',
  '😀😀',
  '1',
  '1.5',
  '1e5',
  '0x1',
  '-3',
  'true',
  'on',
  'no',
  'x',
  'b',
  'circle',
  'nul',
  '2026-01-31T12:00:00Z',
  '2026-02-30T12:00:00Z',
  'aGk=',
  '__proto__',
]
const NUMBERS = [0, -0, 1, -1, 2, 3, 5, 1.5, 0.3, 2 ** 31, 2 ** 53, -(2 ** 53), Number.NaN, Number.POSITIVE_INFINITY]
const OTHERS: readonly (() => unknown)[] = [
  () => null,
  () => undefined,
  () => true,
  () => false,
  () => 7n,
  () => [],
  () => ({}),
  () => ['a'],
  () => ['1', '2'],
  () => [1, 2, 3, 4],
  () => ({ a: 1 }),
  () => ({ a: 1, b: 2, extra: {} }),
  () => new Date(0),
  () => new Date('2026-01-31T12:00:00Z'),
  () => new Date(Number.NaN),
  () => JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as unknown,
  () => new Map(),
  () => new Uint8Array([1, 2, 3]),
  () => Object.create(null) as unknown,
  () => Symbol('x'),
]
const KEYS = ['a', 'b', 'c', 'extra', '__proto__', 'constructor', 'at', 'itemQuery', 'kind']

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T
}

function anything(random: Random): unknown {
  const kind = random()
  if (kind < 0.35) return pick(STRINGS, random)
  if (kind < 0.6) return pick(NUMBERS, random)
  return pick(OTHERS, random)()
}

/** A copy of a value with up to three random changes somewhere in it, which may be none. */
export function mutate(sample: unknown, random: Random): unknown {
  let value = sample
  const changes = Math.floor(random() * 4)
  for (let change = 0; change < changes; change++) value = mutateOnce(value, random)
  return value
}

function mutateOnce(value: unknown, random: Random): unknown {
  const goDeeper = random() < 0.85
  if (Array.isArray(value) && goDeeper) return mutateList(value, random)
  if (isObject(value) && goDeeper) return mutateObject(value, random)
  return anything(random)
}

function mutateList(list: readonly unknown[], random: Random): unknown[] {
  const copy = [...list]
  const choice = random()
  if (choice < 0.2 || copy.length === 0) copy.push(anything(random))
  else if (choice < 0.35) copy.pop()
  else {
    const index = Math.floor(random() * copy.length)
    copy[index] = mutateOnce(copy[index], random)
  }
  return copy
}

function mutateObject(value: object, random: Random): object {
  const entries = Object.entries(value)
  const choice = random()
  const index = Math.floor(random() * entries.length)
  if (choice < 0.15 || entries.length === 0) entries.push([pick(KEYS, random), anything(random)])
  else if (choice < 0.3) entries.splice(index, 1)
  else if (choice < 0.35) entries.reverse()
  else {
    const [key, inner] = entries[index] as [string, unknown]
    entries[index] = [key, mutateOnce(inner, random)]
  }
  // Own properties, `__proto__` too, as a JSON parser makes them.
  return Object.fromEntries(entries)
}

function isObject(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as null)
  )
}
