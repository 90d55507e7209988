import { types } from 'pg'
import { isoTime } from '../wire-times.ts'
import { parseArrayText } from './array-text.ts'

type Parser = (text: string) => unknown

const { BOOL, BYTEA, INT2, INT4, OID, FLOAT4, FLOAT8, JSON, JSONB } = types.builtins
const POINT = 600
const CIRCLE = 718

/** What `pg` makes of a type's text, where that is not the text itself. */
const PARSED: Readonly<Record<string, number>> = {
  boolean: BOOL,
  bool: BOOL,
  bytea: BYTEA,
  smallint: INT2,
  int2: INT2,
  integer: INT4,
  int: INT4,
  int4: INT4,
  oid: OID,
  real: FLOAT4,
  float4: FLOAT4,
  'double precision': FLOAT8,
  float8: FLOAT8,
  json: JSON,
  jsonb: JSONB,
  point: POINT,
  circle: CIRCLE,
}

const TIMESTAMP = /^timestamp(?:tz)?\b/

/** The name of a type without its length, precision or dimensions: `numeric(10, 2)[]` is `numeric`. */
export function typeName(sqlType: string): string {
  return sqlType
    .toLowerCase()
    .replaceAll(/\s*\([^)]*\)|\[\d*\]/g, '')
    .trim()
}

/**
 * What a column's `mapFromDriverValue` receives for a text of PostgreSQL: what `pg` makes of it as this project sets it up, with times as
 * ISO 8601 and dates and intervals as they are.
 */
export function driverParser(sqlType: string): Parser {
  if (sqlType.endsWith(']')) {
    const element = driverParser(sqlType.slice(0, sqlType.lastIndexOf('[')))
    return (text) => parseArrayText(text, element)
  }
  const name = typeName(sqlType)
  if (TIMESTAMP.test(name)) return isoTime
  const oid = PARSED[name]
  return oid === undefined ? (text) => text : (types.getTypeParser(oid, 'text') as Parser)
}
