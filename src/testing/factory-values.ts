import type { PgColumn } from 'drizzle-orm/pg-core'
import { uuidFor } from './factory-numbers.ts'
import type { TableColumn } from './factory-table.ts'

/** A value for the row of this number. */
type Maker = (column: PgColumn, sequence: number, key: string) => unknown

const FIRST_TIME_MS = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const MINUTES_A_DAY = 1_440
const MAX_SMALLINT = 32_767
const MAX_INTEGER = 2_147_483_647
/** Of numeric without a precision. */
const MANY_DIGITS = 15
const ROOM_FOR_DECIMALS = 7

/**
 * A value for a column that needs one and that nobody has given one: by its type, different for each row as far as the type has room, and
 * the same in every run.
 *
 * @throws TypeError where nothing is known about the type.
 */
export function madeUpValue(table: string, { key, column }: TableColumn, sequence: number): unknown {
  if (column.enumValues !== undefined && column.enumValues.length > 0)
    return column.enumValues[(sequence - 1) % column.enumValues.length]
  const make = column.columnType === 'PgCustomColumn' ? customMaker(column) : MAKERS[column.columnType]
  if (make !== undefined) return make(column, sequence, key)
  throw new TypeError(
    `No value can be made up for "${key}" of the table "${table}", whose type is ${column.getSQLType()}. Give one: factory(${table}, { ${key}: ... }).`,
  )
}

const text: Maker = (column, sequence, key) =>
  fit(textFor(key, sequence), sequence, 'length' in column ? column.length : undefined)

/** What forms and schemas accept for a column of this name. */
function textFor(key: string, sequence: number): string {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  if (/\be ?mail$/.test(words)) return `${words.replaceAll(' ', '.')}${sequence}@example.com`
  if (/\b(?:url|link|website)$/.test(words)) return `https://example.com/${words.replaceAll(' ', '-')}/${sequence}`
  if (/\b(?:slug|username|login|handle)$/.test(words)) return `${words.replaceAll(' ', '-')}-${sequence}`
  return `${words} ${sequence}`
}

/** Where the text is too long, what tells the rows apart is kept; in very short ones as digits of base 36. */
function fit(whole: string, sequence: number, length: unknown): string {
  if (typeof length !== 'number' || whole.length <= length) return whole
  if (length < ROOM_FOR_DECIMALS) return sequence.toString(36).padStart(length, '0').slice(-length)
  const end = String(sequence)
  return whole.slice(0, length - end.length) + end
}

const integerUpTo =
  (max: number): Maker =>
  (_, sequence) =>
    within(sequence, max)

const within = (sequence: number, max: number): number => ((sequence - 1) % max) + 1

function digitsOf(column: PgColumn): number {
  const { precision, scale } = column as { readonly precision?: number; readonly scale?: number }
  return precision === undefined ? MANY_DIGITS : Math.min(precision - (scale ?? 0), MANY_DIGITS)
}

/** As a text, for exactness is why such a column was chosen. */
function numeric(column: PgColumn, sequence: number): string {
  const digits = digitsOf(column)
  return String(digits <= 0 ? 0 : within(sequence, 10 ** digits - 1))
}

const timeOf = (sequence: number): Date => new Date(FIRST_TIME_MS + sequence * MINUTE_MS)
const dayOf = (sequence: number): Date => new Date(FIRST_TIME_MS + sequence * DAY_MS)

function clock(sequence: number): string {
  const minutes = sequence % MINUTES_A_DAY
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}:00`
}

const pad = (number: number): string => String(number).padStart(2, '0')

/** The lowest bytes of the number, highest first. */
function octets(sequence: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.floor(sequence / 256 ** (count - 1 - index)) % 256)
}

const address = (sequence: number): string => ['10', ...octets(sequence, 3)].join('.')
const hex = (sequence: number, count: number): string =>
  ['02', ...octets(sequence, count - 1).map((octet) => octet.toString(16).padStart(2, '0'))].join(':')

const dimensionsOf = (column: PgColumn): number => (column as { readonly dimensions?: number }).dimensions ?? 1
const ones: Maker = (column, sequence) => Array.from({ length: dimensionsOf(column) }, (_, index) => sequence + index)
const pair: Maker = (_, sequence) => [sequence, sequence]

const MAKERS: Readonly<Record<string, Maker>> = {
  PgText: text,
  PgVarchar: text,
  PgChar: text,
  PgUUID: (column, sequence, key) => uuidFor(`${key} ${column.name} ${sequence}`),
  PgBoolean: () => false,
  PgSmallInt: integerUpTo(MAX_SMALLINT),
  PgInteger: integerUpTo(MAX_INTEGER),
  PgBigInt53: integerUpTo(Number.MAX_SAFE_INTEGER),
  PgBigInt64: (_, sequence) => BigInt(sequence),
  PgReal: integerUpTo(MAX_INTEGER),
  PgDoublePrecision: integerUpTo(MAX_INTEGER),
  PgNumeric: numeric,
  PgNumericNumber: (column, sequence) => Number(numeric(column, sequence)),
  PgNumericBigInt: (column, sequence) => BigInt(numeric(column, sequence)),
  PgTimestamp: (_, sequence) => timeOf(sequence),
  PgTimestampString: (_, sequence) => timeOf(sequence).toISOString(),
  PgDate: (_, sequence) => dayOf(sequence),
  PgDateString: (_, sequence) => dayOf(sequence).toISOString().slice(0, 10),
  PgTime: (_, sequence) => clock(sequence),
  PgInterval: (_, sequence) => `${sequence} minutes`,
  PgJson: () => ({}),
  PgJsonb: () => ({}),
  PgArray: () => [],
  PgInet: (_, sequence) => address(sequence),
  PgCidr: (_, sequence) => `${address(sequence)}/32`,
  PgMacaddr: (_, sequence) => hex(sequence, 6),
  PgMacaddr8: (_, sequence) => hex(sequence, 8),
  PgPointTuple: pair,
  PgPointObject: (_, sequence) => ({ x: sequence, y: sequence }),
  PgLine: (_, sequence) => [1, -1, sequence],
  PgLineABC: (_, sequence) => ({ a: 1, b: -1, c: sequence }),
  PgGeometry: pair,
  PgGeometryObject: (_, sequence) => ({ x: sequence, y: sequence }),
  PgVector: ones,
  PgHalfVector: ones,
  PgBinaryVector: (column, sequence) =>
    sequence.toString(2).padStart(dimensionsOf(column), '0').slice(-dimensionsOf(column)),
}

/** Of custom types that give the driver what they are given: by the name of the type in SQL. */
function customMaker(column: PgColumn): Maker | undefined {
  if ((column as { readonly mapTo?: unknown }).mapTo !== undefined) return undefined
  const type = column.getSQLType().toLowerCase().replace(/\(.*$/, '').trim()
  return CUSTOM_MAKERS[type]
}

const CUSTOM_MAKERS: Readonly<Record<string, Maker>> = {
  text,
  citext: text,
  varchar: text,
  bytea: (_, sequence) => Buffer.from(octets(sequence, 4)),
  uuid: MAKERS['PgUUID']!,
  boolean: MAKERS['PgBoolean']!,
  smallint: MAKERS['PgSmallInt']!,
  integer: MAKERS['PgInteger']!,
  bigint: (_, sequence) => String(sequence),
  numeric: (_, sequence) => String(sequence),
  date: MAKERS['PgDateString']!,
  timestamptz: MAKERS['PgTimestampString']!,
  'timestamp with time zone': MAKERS['PgTimestampString']!,
  json: MAKERS['PgJson']!,
  jsonb: MAKERS['PgJsonb']!,
  inet: MAKERS['PgInet']!,
}
