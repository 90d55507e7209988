import { z } from 'zod'
import type { WireColumn, WireObject } from './columns.ts'

/** A column of the test's table: how it is declared, what JSON it has, and what a random value's text is. */
export interface ColumnCase {
  readonly type: string
  readonly kind: WireColumn['kind']
  readonly schema: z.ZodType
  readonly random: (random: Random) => string
}

/** Numbers from 0 to 1, the same in each run. */
export type Random = () => number

export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)]!
const integer = (random: Random, below: number): number => Math.floor(random() * below)

/** Whatever a text may hold: what JSON escapes, what it does not, and all lengths around a word of four bytes. */
const CHARACTERS = [
  'a',
  'Z',
  ' ',
  '"',
  '\\',
  '\n',
  '\t',
  '\u0001',
  '\u001f',
  '\u007f',
  'é',
  'ß',
  '\u2028',
  '漢',
  '😀',
  '/',
  '{',
  ',',
]

function text(random: Random): string {
  const plain = random() < 0.5
  return Array.from({ length: integer(random, 14) }, () =>
    plain ? pick(random, ['x', 'y', 'é']) : pick(random, CHARACTERS),
  ).join('')
}

function hex(random: Random, length: number): string {
  return Array.from({ length }, () => integer(random, 16).toString(16)).join('')
}

const uuid = (random: Random): string => [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-')

function float(random: Random): string {
  const some = [
    '0',
    '-0',
    '1',
    '0.5',
    '-0.5',
    '0.1',
    '1e20',
    '1e21',
    '1e-6',
    '1e-7',
    '5e-324',
    '1.7976931348623157e308',
    '0.05',
    '100',
    '12.50',
  ]
  return random() < 0.3 ? pick(random, some) : String((random() - 0.5) * 10 ** (integer(random, 40) - 20))
}

/** Of a `Date`: no infinity, and years of four digits. */
function instant(random: Random): string {
  const at = new Date((random() - 0.8) * 4e13).toISOString().replace('T', ' ').replace('Z', '')
  return at + pick(random, ['', '1', '12', '123'])
}

function time(random: Random): string {
  const some = [
    'infinity',
    '-infinity',
    '0044-03-15 12:00:00 BC',
    '0001-01-01 00:00:00',
    '1999-12-31 23:59:59.999999',
    '2000-01-01',
    '2024-02-29 12:00:00.5',
    '12026-01-02 03:04:05.678',
    '1600-02-29 00:00:00.000001',
  ]
  if (random() < 0.3) return pick(random, some)
  const at = new Date((random() - 0.4) * 8e12).toISOString().replace('T', ' ').replace('Z', '')
  return at + pick(random, ['', '1', '12', '123'])
}

function array(random: Random, element: (random: Random) => string): string {
  const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`
  const list = (): string =>
    `{${Array.from({ length: 2 }, () => (random() < 0.2 ? 'NULL' : quoted(element(random)))).join(',')}}`
  const shape = random()
  return shape < 0.1 ? '{}' : shape < 0.2 ? `[3:4]=${list()}` : shape < 0.4 ? `{${list()},${list()}}` : list()
}

const nestedList = <T extends z.ZodType>(element: T) =>
  z.array(z.union([element.nullable(), z.array(element.nullable())]))

const INSTANTS = { kind: 'instant', schema: z.date(), random: instant } as const
const TIMES = { kind: 'timestamp', schema: z.string(), random: time } as const

export const COLUMNS: readonly ColumnCase[] = [
  {
    type: 'integer',
    kind: 'number',
    schema: z.number(),
    random: (random) => String(Math.trunc((random() - 0.5) * 4e9)),
  },
  {
    type: 'bigint',
    kind: 'number',
    schema: z.number(),
    random: (random) => String(Math.trunc((random() - 0.5) * 1.8e19)),
  },
  {
    type: 'bigint',
    kind: 'token',
    schema: z.string(),
    random: (random) => String(BigInt(Math.trunc((random() - 0.5) * 1e18))),
  },
  { type: 'float8', kind: 'number', schema: z.number(), random: float },
  { type: 'float4', kind: 'number', schema: z.number(), random: (random) => String((random() - 0.5) * 1e6) },
  { type: 'numeric', kind: 'number', schema: z.number(), random: float },
  { type: 'numeric', kind: 'token', schema: z.string(), random: float },
  { type: 'boolean', kind: 'boolean', schema: z.boolean(), random: (random) => pick(random, ['t', 'f']) },
  { type: 'text', kind: 'string', schema: z.string(), random: text },
  { type: 'uuid', kind: 'token', schema: z.string(), random: uuid },
  {
    type: 'date',
    kind: 'token',
    schema: z.string(),
    random: (random) => `${2000 + integer(random, 50)}-0${1 + integer(random, 9)}-11`,
  },
  { type: 'timestamptz', ...TIMES },
  { type: 'timestamptz', kind: 'string', schema: z.string(), random: time },
  { type: 'timestamp', ...TIMES },
  { type: 'timestamp', kind: 'string', schema: z.string(), random: time },
  { type: 'timestamptz', ...INSTANTS },
  { type: 'timestamp', ...INSTANTS },
  {
    type: 'text[]',
    kind: { array: 'string' },
    schema: nestedList(z.string()),
    random: (random) => array(random, text),
  },
  {
    type: 'int[]',
    kind: { array: 'number' },
    schema: nestedList(z.number()),
    random: (random) => array(random, () => String(integer(random, 1000))),
  },
  {
    type: 'boolean[]',
    kind: { array: 'boolean' },
    schema: nestedList(z.boolean()),
    random: (random) => array(random, () => pick(random, ['t', 'f'])),
  },
  {
    type: 'timestamptz[]',
    kind: { array: 'timestamp' },
    schema: nestedList(z.string()),
    random: (random) => array(random, time),
  },
]

/** Column 3 is `c3`, and its key is one that needs escaping. */
export const SHAPE: WireObject = {
  fields: COLUMNS.map(({ kind }, index) => ({
    key: `"k${index}é`,
    kind,
    index,
  })),
}

export const ROW_SCHEMA = z.object(
  Object.fromEntries(COLUMNS.map(({ schema }, index) => [`"k${index}é`, schema.nullable()])),
)
