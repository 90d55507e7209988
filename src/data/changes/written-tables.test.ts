import { expect, test } from 'vitest'
import { writtenTables } from './written-tables.ts'

test.each([
  ['insert into notes (a) values ($1)', ['notes'], false],
  ['  UPDATE "Notes" set a = 1', ['Notes'], false],
  ['update only shop."a ""b""" as x set a = 1', ['shop.a "b"'], false],
  ['delete from public.Notes using b', ['notes'], true],
  ['with gone as (delete from a returning *) insert into b select * from gone', ['a', 'b'], true],
  ['insert into a values (1) on conflict (id) do update set b = 2', ['a', 'set'], false],
  ['truncate table notes cascade', ['notes'], true],
  ['merge into a using b on true when matched then do nothing', ['a'], true],
])('%s', (text, tables, deletes) => {
  expect(writtenTables(text)).toEqual({ tables, deletes })
})

test.each([
  'select * from a for update',
  'with a as (select 1) select * from a',
  'begin',
  'savepoint sp1',
  'create table a (b int)',
])('%s writes no table', (text) => {
  expect(writtenTables(text)).toBeUndefined()
})
