import type { Client } from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { columnType, rewrites } from './column-type.ts'
import { as } from './ast.ts'
import { loadParser, type Parser } from './parser.ts'
import { embeddedServer } from './server.fixture.ts'
import { NOT_VOLATILE } from './volatile.ts'

const server = embeddedServer()
let client: Client
let parser: Parser

beforeAll(async () => {
  client = await server.connect()
  await client.query(REWRITES)
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
  text; varchar; varchar(5); varchar(9); char(5); char(9); integer; bigint; real; double precision; numeric;
  numeric(8, 2); numeric(9, 2); numeric(9, 3); bit(4); bit(8); varbit(4); varbit(8); varbit; timestamp;
  timestamp(3); timestamp(6); timestamptz; timestamptz(3); timestamptz(6); date; time; time(3); timetz;
  timetz(3); cidr; inet; json; jsonb; uuid; boolean; bytea; xml; text[]; varchar[]; varchar(5)[]
`
  .split(';')
  .map((type) => type.trim())

const parsedType = (type: string) => {
  const { statements } = parser.parse(`SELECT NULL::${type}`)
  const [target] = as('SelectStmt', statements[0]!.node)?.targetList ?? []
  return columnType(as('TypeCast', as('ResTarget', target)?.val)?.typeName)!
}

test.each([
  ['UTC', true],
  ['Europe/Paris', false],
])(
  'a change of type counts as a rewrite in %s where the server writes the rows again, and nowhere else',
  async (zone, utc) => {
    await client.query(`SET timezone = '${zone}'`)
    const { rows } = await client.query<{ from: string; to: string; rewritten: boolean }>(
      `SELECT a AS from, b AS to, pg_temp.rewrites(a, b) AS rewritten FROM unnest($1::text[]) AS a, unnest($1::text[]) AS b`,
      [TYPES],
    )
    const possible = rows.filter(({ rewritten }) => rewritten !== null)
    const named = ({ from, to }: { from: string; to: string }): string => `${from} > ${to}`
    const said = possible.filter(({ from, to }) => rewrites(parsedType(from), parsedType(to), utc))
    expect(said.map(named)).toEqual(possible.filter(({ rewritten }) => rewritten).map(named))
  },
)

/** Whether a change of type gives a table another file; NULL where there is no such change. Its table is undone each time. */
const REWRITES = `
  CREATE FUNCTION pg_temp.rewrites(a text, b text) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    before oid;
    result boolean;
  BEGIN
    BEGIN
      EXECUTE format('CREATE TEMP TABLE changed (value %s)', a);
      before := pg_relation_filenode(to_regclass('changed'));
      EXECUTE format('ALTER TABLE changed ALTER value TYPE %s', b);
      result := before <> pg_relation_filenode(to_regclass('changed'));
      RAISE EXCEPTION USING ERRCODE = 'P0999';
    EXCEPTION WHEN SQLSTATE 'P0999' THEN RETURN result; WHEN OTHERS THEN RETURN NULL;
    END;
  END $$`
