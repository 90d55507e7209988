import { types } from 'pg'
import { readArray } from '../wire/array-text.ts'
import { isoTime } from '../wire-times.ts'

type Parser = (text: string) => unknown

const { BOOL, BYTEA, INT4, FLOAT8, JSON } = types.builtins
const boolean: Parser = types.getTypeParser(BOOL)
const integer: Parser = types.getTypeParser(INT4)
const float: Parser = types.getTypeParser(FLOAT8)
const json: Parser = types.getTypeParser(JSON)

/** What `pg` makes of a type's text, where that is not the text itself. */
const PARSERS: Readonly<Record<string, Parser | undefined>> = {
  boolean,
  bool: boolean,
  bytea: types.getTypeParser(BYTEA),
  smallint: integer,
  int2: integer,
  integer,
  int: integer,
  int4: integer,
  oid: integer,
  serial: integer,
  smallserial: integer,
  real: float,
  float4: float,
  'double precision': float,
  float8: float,
  json,
  jsonb: json,
  point,
  circle: (text) => {
    const end = text.lastIndexOf(',')
    return { ...point(text.slice(1, end)), radius: Number(text.slice(end + 1, -1)) }
  },
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
    return (text) => readArray(text, element)
  }
  const name = typeName(sqlType)
  if (TIMESTAMP.test(name)) return isoTime
  return PARSERS[name] ?? ((text) => text)
}

function point(text: string): { readonly x: number; readonly y: number } {
  const [x, y] = text.slice(1, -1).split(',')
  return { x: Number(x), y: Number(y) }
}
