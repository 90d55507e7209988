import type { PgColumn } from 'drizzle-orm/pg-core'
import { isIP } from 'node:net'
import { z } from 'zod'
import { bytes } from '../../schema/index.ts'
import { isArray } from './column-kind.ts'
import { typeName } from './driver-value.ts'

type Make = (column: PgColumn) => z.ZodType

const INT16_MIN = -(2 ** 15)
const INT16_MAX = 2 ** 15 - 1
const SMALLINT: Make = () => z.int().min(INT16_MIN).max(INT16_MAX)
const INTEGER: Make = () => z.int32()
const BIGINT: Make = () => z.int64()
const SAFE_INTEGER: Make = () => z.int()
/** Any 128 bits, as PostgreSQL takes them: `z.uuid()` would refuse rows that are there. */
const UUID: Make = () => z.guid()
const VECTOR: Make = (column) => z.array(z.number()).length(partsOf(column).dimensions ?? 0)
const POINT_TUPLE: Make = () => z.tuple([z.number(), z.number()])
const POINT: Make = () => z.object({ x: z.number(), y: z.number() })
/** A `Date` at midnight UTC in the code, a date without a time on the wire. */
const DATE: Make = () =>
  z.codec(z.iso.date(), z.date(), {
    decode: (text) => new Date(text),
    encode: (date) => date.toISOString().slice(0, 10),
  })
const JSON_VALUE: Make = () => z.unknown().refine((value) => value !== null, 'Input should not be null')

/** As PostgreSQL writes it, `1 year 2 mons -3 days 04:05:06.7`, or ISO 8601's `P1Y2M`. */
const INTERVAL =
  /^(?:P(?=.*\d)(?:[+-]?\d+(?:\.\d+)?[YMWD])*(?:T(?:[+-]?\d+(?:\.\d+)?[HMS])+)?|(?=\S)(?:[+-]?\d+(?:\.\d+)? (?:year|mon|month|week|day|hour|minute|min|second|sec)s?(?: |$))*(?:[+-]?\d+:\d\d(?::\d\d(?:\.\d+)?)?)?)$/

const MAKERS: Readonly<Record<string, Make>> = {
  PgInteger: INTEGER,
  PgSerial: INTEGER,
  PgSmallInt: SMALLINT,
  PgSmallSerial: SMALLINT,
  PgBigInt53: SAFE_INTEGER,
  PgBigSerial53: SAFE_INTEGER,
  PgBigInt64: BIGINT,
  PgBigSerial64: BIGINT,
  PgReal: () => z.float32(),
  PgDoublePrecision: () => z.number(),
  PgNumeric: decimal,
  PgNumericNumber: decimalNumber,
  PgNumericBigInt: () => z.bigint(),
  PgBoolean: () => z.boolean(),
  PgText: () => z.string(),
  PgVarchar: limited,
  PgChar: limited,
  PgUUID: UUID,
  PgDate: DATE,
  PgDateString: () => z.iso.date(),
  PgTime: time,
  PgTimestamp: () => z.date(),
  PgTimestampString: timestamp,
  PgInterval: () => z.string().regex(INTERVAL),
  PgInet: () => z.string().refine(isInet, 'Input should be an IP address, with or without a prefix length'),
  PgCidr: () => z.string().refine(isInet, 'Input should be a network such as 10.0.0.0/8'),
  PgMacaddr: () => z.string().regex(/^(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/),
  PgMacaddr8: () => z.string().regex(/^(?:[0-9a-fA-F]{2}[:-]){7}[0-9a-fA-F]{2}$/),
  PgJson: JSON_VALUE,
  PgJsonb: JSON_VALUE,
  PgPointTuple: POINT_TUPLE,
  PgPointObject: POINT,
  PgGeometry: POINT_TUPLE,
  PgGeometryObject: POINT,
  PgLine: () => z.tuple([z.number(), z.number(), z.number()]),
  PgLineABC: () => z.object({ a: z.number(), b: z.number(), c: z.number() }),
  PgVector: VECTOR,
  PgHalfVector: VECTOR,
  PgBinaryVector: (column) => z.string().regex(new RegExp(`^[01]{${partsOf(column).dimensions}}$`)),
  PgSparseVector: () => z.string().regex(/^\{(?:\d+:[^,{}]+(?:,\d+:[^,{}]+)*)?\}\/\d+$/),
}

/** What a value of the column must be to be stored, NULL aside; `undefined` for a custom type whose values nobody knows. */
export function columnSchema(column: PgColumn): z.ZodType | undefined {
  if (isArray(column)) {
    const element = columnSchema(column.baseColumn)
    if (element === undefined) return undefined
    const list = z.array(element)
    return typeof column.size === 'number' ? list.max(column.size) : list
  }
  const { enumValues, columnType } = column
  if (enumValues !== undefined && enumValues.length > 0) return z.enum(enumValues)
  return columnType === 'PgCustomColumn' ? customSchema(column) : MAKERS[columnType]?.(column)
}

const TEXT_TYPE = /^(?:citext|text|tsvector|xml|ltree)$/

function customSchema(column: PgColumn): z.ZodType | undefined {
  const mapped = partsOf(column).mapFrom ?? partsOf(column).mapTo
  const name = typeName(column.getSQLType())
  if (column.getSQLType().endsWith(']')) return undefined
  // What a user's type is in the code is known only where it maps nothing; bytes it can only give as bytes.
  if (name === 'bytea') return partsOf(column).mapFrom === undefined ? bytes() : undefined
  return mapped === undefined && TEXT_TYPE.test(name) ? z.string() : undefined
}

/** What Drizzle's classes of columns have beyond what they share. */
interface ColumnParts {
  readonly length?: number
  readonly precision?: number
  readonly scale?: number
  readonly dimensions?: number
  readonly withTimezone?: boolean
  readonly mapFrom?: unknown
  readonly mapTo?: unknown
}

const partsOf = (column: PgColumn): ColumnParts => column as ColumnParts

function limited(column: PgColumn): z.ZodType {
  const length = partsOf(column).length ?? (column.columnType === 'PgChar' ? 1 : undefined)
  return length === undefined ? z.string() : z.string().max(length)
}

function time(column: PgColumn): z.ZodType {
  if (partsOf(column).withTimezone !== true) return z.iso.time()
  return z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)$/)
}

function timestamp(column: PgColumn): z.ZodType {
  return partsOf(column).withTimezone === true ? z.iso.datetime({ offset: true }) : z.iso.datetime({ local: true })
}

/** Digits beyond the scale would be rounded away in silence, and digits before beyond the precision refused by the server. */
function decimal(column: PgColumn): z.ZodType {
  const precision = partsOf(column).precision
  const scale = partsOf(column).scale ?? 0
  if (precision === undefined)
    return z
      .string()
      .regex(/^-?\d+(?:\.\d+)?$/)
      .meta({ format: 'decimal' })
  const whole = precision > scale ? `\\d{1,${precision - scale}}` : '0'
  const fraction = scale > 0 ? `(?:\\.\\d{1,${scale}})?` : ''
  return z
    .string()
    .regex(new RegExp(`^-?${whole}${fraction}$`))
    .meta({ format: 'decimal' })
}

function decimalNumber(column: PgColumn): z.ZodType {
  const precision = partsOf(column).precision
  if (precision === undefined) return z.number()
  const bound = 10 ** (precision - (partsOf(column).scale ?? 0))
  return z.number().gt(-bound).lt(bound)
}

function isInet(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128))
}
