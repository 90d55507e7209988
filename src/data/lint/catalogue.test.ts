import type { Client } from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { columnType, rebuildsIndex, rewrites } from './column-type.ts'
import { as } from './ast.ts'
import { loadParser, type Parser } from './parser.ts'
import { embeddedServer } from './server.fixture.ts'
import { NOT_VOLATILE } from './volatile.ts'

const server = embeddedServer()
let client: Client
let parser: Parser

beforeAll(async () => {
  client = await server.connect()
  await client.query(WRITES)
  parser = await loadParser()
})

test('each function that counts as one value for all rows is not VOLATILE in the catalogue, in any of its forms', async () => {
  const { rows } = await client.query<{ proname: string; volatile: boolean }>(
    `SELECT proname, bool_or(provolatile = 'v') AS volatile FROM pg_proc
     WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY($1) GROUP BY proname`,
    [[...NOT_VOLATILE]],
  )
  expect(rows.filter(({ volatile }) => volatile)).toEqual([])
  expect(rows.map(({ proname }) => proname).toSorted()).toEqual([...NOT_VOLATILE].toSorted())
})

const TYPES = `
  text; varchar; varchar(5); varchar(9); char(5); char(9); integer; bigint; numeric;
  numeric(8, 2); numeric(9, 2); numeric(9, 3); bit(4); bit(8); varbit(4); varbit(8); varbit; timestamp;
  timestamp(3); timestamp(6); timestamptz; timestamptz(3); timestamptz(6); date; time; time(3); timetz;
  timetz(3); cidr; inet; json; jsonb; uuid; xml; text[]; varchar[]; varchar(5)[]
`
  .split(';')
  .map((type) => type.trim())

const parsedType = (type: string) => {
  const { statements } = parser.parse(`SELECT NULL::${type}`)
  const [target] = as('SelectStmt', statements[0]!.node)?.targetList ?? []
  return columnType(as('TypeCast', as('ResTarget', target)?.val)?.typeName)!
}

test.each([
  ['UTC', TYPES],
  ['Europe/Paris', TYPES.filter((type) => /time|date|text/.test(type))],
])('in %s a change of type writes what the linter says: the table, its index, or nothing', async (zone, types) => {
  await client.query(`SET timezone = '${zone}'`)
  const { rows } = await client.query<{ from: string; to: string; written: string | null }>(
    `SELECT a AS from, b AS to, pg_temp.writes(a, b) AS written FROM unnest($1::text[]) AS a, unnest($1::text[]) AS b`,
    [types],
  )
  const possible = rows.filter(({ written }) => written !== null)
  expect(possible.length).toBeGreaterThan(types.length)
  const said = possible.map(({ from, to }) => ({ from, to, written: writes(from, to, zone === 'UTC') }))
  expect(said).toEqual(possible)
})

function writes(from: string, to: string, utc: boolean): string {
  const [before, after] = [parsedType(from), parsedType(to)]
  if (rewrites(before, after, utc)) return 'table'
  return rebuildsIndex(before, after) ? 'index' : 'nothing'
}

/** What a change of type gives another file; NULL where there is no such change. Its table is undone each time. */
const WRITES = `
  CREATE FUNCTION pg_temp.writes(a text, b text) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    before oid;
    index_before oid;
    result text;
  BEGIN
    BEGIN
      EXECUTE format('CREATE TEMP TABLE changed (value %s)', a);
      BEGIN
        CREATE INDEX changed_value ON changed (value);
      EXCEPTION WHEN undefined_object THEN NULL;
      END;
      before := pg_relation_filenode(to_regclass('changed'));
      index_before := pg_relation_filenode(to_regclass('changed_value'));
      EXECUTE format('ALTER TABLE changed ALTER value TYPE %s', b);
      result := CASE
        WHEN before <> pg_relation_filenode(to_regclass('changed')) THEN 'table'
        WHEN index_before <> pg_relation_filenode(to_regclass('changed_value')) THEN 'index'
        ELSE 'nothing' END;
      RAISE EXCEPTION USING ERRCODE = 'P0999';
    EXCEPTION WHEN SQLSTATE 'P0999' THEN RETURN result; WHEN OTHERS THEN RETURN NULL;
    END;
  END $$`
