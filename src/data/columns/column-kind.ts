import type { PgArray, PgColumn } from 'drizzle-orm/pg-core'
import { readArray } from '../wire/array-text.ts'
import type { WireKind } from '../wire/columns.ts'
import { driverParser, typeName } from './driver-value.ts'

/** What a column is on the wire and in the code. */
interface ColumnKind {
  /** How its text becomes JSON; `undefined` where JSON can only be written from the decoded value. */
  readonly wire: WireKind | undefined
  /** PostgreSQL's text as the value Drizzle gives. NULL is not its business. */
  readonly decode: (text: string) => unknown
  /** Whether `<` and `>` say something about its values. */
  readonly ordered: boolean
  /** Whether rows can be sorted by it: the ordered ones and booleans. */
  readonly sortable: boolean
  /** Whether it is text, for LIKE and search. */
  readonly like: boolean
  /** What containment (`@>`) is about. */
  readonly contains: 'array' | 'json' | undefined
}

/**
 * What a column is on the wire and in the code. `decode` gives what Drizzle gives, but right where Drizzle errs: NULL in arrays, backslashes
 * in arrays of types unknown to `pg`, JSON strings whose text is JSON itself.
 */
export function columnKind(column: PgColumn): ColumnKind {
  const ordered = isOrdered(column)
  return {
    wire: wireOf(column),
    decode: decoderOf(column),
    ordered,
    sortable: ordered || BOOLEAN_TYPE.test(column.getSQLType()),
    like: TEXT_TYPE.test(column.getSQLType()),
    contains: containmentOf(column.getSQLType()),
  }
}

const BOOLEAN_TYPE = /^bool(?:ean)?$/i
const TEXT_TYPE = /^(?:citext|text|(?:var)?char|character(?: varying)?)(?: ?\(\d+\))?$/i

function containmentOf(sqlType: string): ColumnKind['contains'] {
  if (sqlType.endsWith(']')) return 'array'
  return typeName(sqlType) === 'jsonb' ? 'json' : undefined
}

/** Whether the column is an array of PostgreSQL; a point or a vector is not, though it is an array in the code. */
export function isArray(column: PgColumn): column is PgColumn & Pick<PgArray<never, never>, 'baseColumn' | 'size'> {
  return column.columnType === 'PgArray'
}

const WIRE: Readonly<Record<string, WireKind>> = {
  PgInteger: 'number',
  PgSmallInt: 'number',
  PgSerial: 'number',
  PgSmallSerial: 'number',
  PgBigInt53: 'number',
  PgBigSerial53: 'number',
  PgReal: 'number',
  PgDoublePrecision: 'number',
  PgNumericNumber: 'number',
  PgBoolean: 'boolean',
  PgBigInt64: 'token',
  PgBigSerial64: 'token',
  PgNumeric: 'token',
  PgNumericBigInt: 'token',
  PgUUID: 'token',
  PgDate: 'token',
  PgDateString: 'token',
  PgTime: 'token',
  PgInet: 'token',
  PgCidr: 'token',
  PgMacaddr: 'token',
  PgMacaddr8: 'token',
  PgBinaryVector: 'token',
  PgSparseVector: 'token',
  PgInterval: 'string',
  PgText: 'string',
  PgVarchar: 'string',
  PgChar: 'string',
  PgEnumColumn: 'string',
  PgEnumObjectColumn: 'string',
  PgTimestamp: 'instant',
  PgTimestampString: 'timestamp',
  PgJson: 'json',
  PgJsonb: 'json',
}

/** Of custom types whose driver value is taken as it is. */
const CUSTOM_WIRE: Readonly<Record<string, WireKind>> = {
  bytea: 'bytes',
  boolean: 'boolean',
  bool: 'boolean',
  json: 'json',
  jsonb: 'json',
}
const NUMERIC_TYPE = /^(?:smallint|int2|integer|int|int4|oid|real|float4|double precision|float8)$/
const TIME_TYPE = /^timestamp(?:tz)?\b/
const OBJECT_TYPE = /^(?:point|circle)$/

function wireOf(column: PgColumn): WireKind | undefined {
  if (isArray(column)) {
    const element = wireOf(column.baseColumn)
    return element === undefined ? undefined : { array: element }
  }
  // A point is an object: it is written from the decoded value.
  return column.columnType === 'PgCustomColumn' ? customWire(column) : WIRE[column.columnType]
}

function customWire(column: PgColumn): WireKind | undefined {
  if ('mapFrom' in column && column.mapFrom !== undefined) return undefined
  const sqlType = column.getSQLType()
  const name = typeName(sqlType)
  if (sqlType.endsWith(']') || OBJECT_TYPE.test(name)) return undefined
  if (NUMERIC_TYPE.test(name)) return 'number'
  return CUSTOM_WIRE[name] ?? (TIME_TYPE.test(name) ? 'timestamp' : 'string')
}

const UNORDERED_TYPE =
  /^(?:bytea|bool|boolean|bit|json|jsonb|xml|point|circle|line|box|path|polygon|tsvector|tsquery|geometry|geography|hstore|vector|halfvec|sparsevec)$/

function isOrdered(column: PgColumn): boolean {
  const sqlType = column.getSQLType()
  return !sqlType.endsWith(']') && !UNORDERED_TYPE.test(typeName(sqlType))
}

function decoderOf(column: PgColumn): (text: string) => unknown {
  if (isArray(column)) {
    const element = decoderOf(baseOf(column))
    return (text) => readArray(text, element)
  }
  if (column.columnType === 'PgJson' || column.columnType === 'PgJsonb') return (text) => JSON.parse(text) as unknown
  const parse = driverParser(column.getSQLType())
  return (text) => column.mapFromDriverValue(parse(text))
}

/** The elements' column: PostgreSQL has one type for arrays of any depth, and its text says how deep it is. */
function baseOf(column: PgColumn): PgColumn {
  return isArray(column) ? baseOf(column.baseColumn) : column
}
