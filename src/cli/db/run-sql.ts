import { types, type Client, type CustomTypesConfig, type DatabaseError, type QueryArrayResult } from 'pg'
import { CommandError } from '../command-error.ts'
import { print } from '../print.ts'
import { table } from '../table.ts'

export interface SqlOptions {
  readonly json: boolean
}

/** Every value as PostgreSQL prints it. */
export const asTexts = { getTypeParser: () => (value: string) => value } as unknown as CustomTypesConfig

/**
 * Runs a text of SQL and prints what each statement gives. Statements of one text are one transaction, unless they say otherwise.
 *
 * @throws CommandError with what PostgreSQL says, and where in the text.
 */
export async function runSql(client: Client, sql: string, { json }: SqlOptions): Promise<void> {
  if (sql.trim() === '')
    throw new CommandError('There is no SQL to run.', { hint: "Write some: ashlar db shell -c 'SELECT 1'" })
  for (const result of await query(client, sql)) await print(json ? asJson(result) : asText(result))
}

async function query(client: Client, sql: string): Promise<readonly QueryArrayResult[]> {
  try {
    // Several statements give several results, whatever the types say.
    const results = (await client.query({ text: sql, rowMode: 'array' })) as QueryArrayResult | QueryArrayResult[]
    return Array.isArray(results) ? results : [results]
  } catch (error) {
    throw inWords(error as DatabaseError, sql)
  }
}

/** As psql shows it: the message, the line with a caret, what helps. */
function inWords(error: DatabaseError, sql: string): CommandError {
  const { severity = 'ERROR', message, code, detail, hint, position } = error
  const lines = [
    `${severity}: ${message}${code === undefined ? '' : ` (${code})`}`,
    ...(position === undefined ? [] : placeIn(sql, Number(position))),
    ...(detail === undefined ? [] : [`Detail: ${detail}`]),
  ]
  return new CommandError(lines.join('\n'), hint === undefined ? {} : { hint })
}

/** Positions count characters, from 1. */
function placeIn(sql: string, position: number): string[] {
  const before = Array.from(sql)
    .slice(0, position - 1)
    .join('')
  const number = before.split('\n').length
  const head = `line ${number}: `
  const line = sql.split('\n')[number - 1] ?? ''
  return [head + line, `${' '.repeat(head.length + before.length - before.lastIndexOf('\n') - 1)}^`]
}

function asText({ command, rowCount, fields, rows }: QueryArrayResult): string {
  if (fields.length === 0) return rowCount === null ? command : `${command} ${rowCount}`
  const cells = (rows as (string | null)[][]).map((row) => row.map((cell) => cell?.replaceAll('\n', '\\n') ?? 'NULL'))
  const shown = table(
    fields.map(({ name }) => name),
    cells,
  )
  return `${shown}\n(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`
}

/** One line for each statement. */
function asJson({ command, rowCount, fields, rows }: QueryArrayResult): string {
  const objects = (rows as (string | null)[][]).map((row) =>
    Object.fromEntries(fields.map(({ name, dataTypeID }, index) => [name, jsonValue(row[index] ?? null, dataTypeID)])),
  )
  return JSON.stringify({ command, rowCount, ...(fields.length === 0 ? {} : { rows: objects }) })
}

/** Object ids of types, from pg_type: they never change. */
const BOOLEAN = 16
/** bigint, smallint, integer, oid, real, double precision. */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701])
/** json, jsonb. */
const DOCUMENTS: ReadonlySet<number> = new Set([114, 3802])
/** Arrays of boolean, smallint, integer, text, varchar, bigint and uuid. */
const ARRAYS: ReadonlySet<number> = new Set([1000, 1005, 1007, 1009, 1015, 1016, 2951])
/** The driver takes any object id, though its types name some. */
const parserOf = types.getTypeParser as (type: number, format: 'text') => (text: string) => unknown

/** What JSON can say exactly; else the text. */
function jsonValue(value: string | null, type: number): unknown {
  if (value === null) return null
  if (type === BOOLEAN) return value === 't'
  if (NUMBERS.has(type)) return exactNumber(value)
  if (DOCUMENTS.has(type)) return JSON.parse(value)
  return ARRAYS.has(type) ? parserOf(type, 'text')(value) : value
}

function exactNumber(value: string): number | string {
  const number = Number(value)
  const exact = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number))
  return exact ? number : value
}
