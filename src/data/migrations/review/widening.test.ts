import { expect, test } from 'vitest'
import { isWidening } from './widening.ts'

test.each([
  ['integer', 'bigint', true],
  ['bigint', 'integer', false],
  ['character varying(20)', 'character varying(40)', true],
  ['character varying(40)', 'character varying(20)', false],
  ['character varying(40)', 'text', true],
  ['text', 'character varying(40)', false],
  ['text', 'character varying', true],
  ['numeric(10,2)', 'numeric(12,2)', true],
  ['numeric(10,2)', 'numeric(12,4)', true],
  ['numeric(10,2)', 'numeric(11,4)', false],
  ['numeric', 'numeric(12,2)', false],
  ['timestamp without time zone', 'timestamp with time zone', false],
  ['text', 'integer', false],
])('%s to %s keeps every value: %s', (from, to, keeps) => {
  expect(isWidening(from, to)).toBe(keeps)
})
