import { randomFrom } from '../../schema/compile/random-values.fixture.ts'
import type { everything, mood } from './every-column.fixture.ts'

type Row = typeof everything.$inferInsert

const TEXTS = [
  '',
  'plain',
  'quo"te',
  'back\\slash',
  "apos'trophe",
  '{a,b}',
  'NULL',
  'line\nbreak',
  'größe 😀',
  ' ',
  'a,b',
  '\u2028',
  'null',
]
const MOODS: readonly (typeof mood.enumValues)[number][] = ['sad', 'so so', 'quo"ted']
const NUMERICS = ['0', '1.5', '-12.345', '999999999.999', '0.001', '100']
const FLOATS = [0, -0.5, 1.1, 0.30000000000000004, 1e21, 1e-7, -2.5e10, 123456789]
const INTEGERS = [0, 1, -1, 1_000_000_000, -1_000_000_000, 42]
const BIGINTS = [0n, -1n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n, 9_007_199_254_740_993n]
const JSONS = [{}, [], { a: [1, null, 'x"y'] }, 1.5, true, 'plain text', [[]], { 'k\\': { n: -0.1 } }]
const DAYS = ['2026-01-02', '1999-12-31', '0044-03-15', '9999-12-31']
const INSTANTS = [
  '2026-01-02T03:04:05.678Z',
  '1970-01-01T00:00:00.000Z',
  '0999-05-06T07:08:09.010Z',
  '9999-12-31T23:59:59.999Z',
]
const TIMES = ['2026-01-02 03:04:05.678912', '1970-01-01 00:00:00', '2026-06-07 08:09:10.5']
const UUIDS = [
  '0198c5a1-0000-7000-8000-000000000001',
  '00000000-0000-0000-0000-000000000001',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
]
const INTERVALS = ['1 day', '-3 months 04:05:06.7', '2 years', '00:00:00.000001', 'PT5M']

const DATES = DAYS.map((day) => new Date(day))
const MOMENTS = INSTANTS.map((instant) => new Date(instant))
const POINTS: [number, number][] = FLOATS.map((x, index) => [x, FLOATS.at(-index - 1) ?? 0])
const PLACES = POINTS.map(([x, y]) => ({ x, y }))
/** Lists of them: none, each alone, and all. */
const lists = <T>(values: readonly T[]): T[][] => [[], ...values.map((value) => [value]), [...values]]

/** For each column values that are easily misread. */
const SAMPLES: { readonly [K in keyof Row]-?: readonly Row[K][] } = {
  serial: [1, 2_147_483_647],
  smallserial: [1, 32_767],
  bigserial: [1, Number.MAX_SAFE_INTEGER],
  bigserial64: BIGINTS,
  integer: INTEGERS,
  smallint: [-32_768, 32_767, 0],
  bigint: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0],
  bigint64: BIGINTS,
  boolean: [true, false],
  text: TEXTS,
  choice: ['a', 'b'],
  varchar: TEXTS,
  char: ['x', 'ab', ''],
  uuid: UUIDS,
  numeric: NUMERICS,
  numericNumber: [0, 1.5, -12.25, 1e15],
  numericBigint: BIGINTS,
  real: [0, 1.5, -2.25, 1.1],
  double: FLOATS,
  date: DATES,
  dateText: DAYS,
  time: ['00:00:00', '23:59:59.999999', '12:30'],
  timetz: ['12:30:00+02', '00:00:00Z'],
  timestamp: MOMENTS,
  timestamptz: MOMENTS,
  timestampText: TIMES,
  timestamptzText: TIMES.map((time) => `${time}+02`),
  interval: INTERVALS,
  json: JSONS,
  jsonb: JSONS,
  mood: MOODS,
  inet: ['192.168.0.1', '10.0.0.0/8', '::1', 'fe80::1/64'],
  cidr: ['10.0.0.0/8', '2001:db8::/32'],
  macaddr: ['08:00:2b:01:02:03'],
  macaddr8: ['08:00:2b:01:02:03:04:05'],
  point: POINTS,
  pointXY: PLACES,
  line: POINTS.map(([x, y]) => [1, x, y]),
  lineABC: PLACES.map(({ x, y }) => ({ a: x, b: 1, c: y })),
  bit: ['00000', '10101'],
  bytea: [Buffer.from([]), Buffer.from([0, 1, 255, 92])],
  cents: [0, 1, -150, 999_999],
  place: PLACES,
  circle: [{ x: 1.5, y: -2, radius: 3 }],
  words: lists(['a', 'b"c', 'd\\e']),
  search: ['fat cat', "it''s"],
  moment: INSTANTS,
  integers: lists(INTEGERS),
  bigints: lists(BIGINTS),
  texts: lists(TEXTS),
  grid: [
    [],
    [[1]],
    [
      [1, 2],
      [3, 4],
    ],
  ],
  numerics: lists(NUMERICS),
  booleans: lists([true, false]),
  uuids: lists(UUIDS),
  moods: lists(MOODS),
  dates: lists(DATES),
  datesText: lists(DAYS),
  times: lists(MOMENTS),
  points: lists(POINTS),
}

const NEVER_NULL = /serial/
const NULLS = 0.1

/** A row of every type, the same for the same seed. Each value is null now and then. */
export function randomRow(seed: number): Row {
  const random = randomFrom(seed)
  const pick = ([key, values]: [string, readonly unknown[]]): [string, unknown] => {
    const value = values[Math.floor(random() * values.length)]
    return [key, !NEVER_NULL.test(key) && random() < NULLS ? null : value]
  }
  return Object.fromEntries(Object.entries(SAMPLES).map(pick)) as Row
}
