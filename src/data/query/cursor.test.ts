import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { modelOf } from '../model/model.ts'
import { CursorSeal } from './cursor.ts'
import { listQuery } from './list-query.ts'
import { KEY } from './list.fixture.ts'

const tasks = pgTable('tasks', {
  id: integer().primaryKey(),
  title: text().notNull(),
  done: boolean().notNull(),
  size: integer(),
})
const model = modelOf(tasks)
const options = { search: ['title'] } as const
const query = listQuery(model, options, { name: 'tasks' })
const read = (input: object, from = query) => from.readObject(input, KEY)
const refused = expect.objectContaining({ code: 'cursor_invalid', status: 400 })

describe('a cursor', () => {
  const asked = { filter: { done: true, size: { gte: 3 } }, sort: ['-title'], search: 'tea' }
  const cursor = read(asked).cursor(['a title', '7'], 'next')

  it('goes on where it was made, with another limit, other fields and the filters in another order', () => {
    const same = { ...asked, filter: { size: { gte: 3 }, done: true }, cursor, limit: 3, fields: ['id'] }
    expect(read(same)).toMatchObject({ continued: true, backwards: false })
    expect(read(same).values).toMatchObject({ 'cursor:0': 'a title', 'cursor:1': '7' })
  })

  it('is refused with every single bit of it flipped', () => {
    const bytes = Buffer.from(cursor, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const forged = Buffer.from(bytes)
      forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(() => read({ ...asked, cursor: forged.toString('base64url') }), `bit ${bit}`).toThrow(refused)
    }
  })

  it('is refused cut, extended, in another alphabet, with other spellings of its last character, and made up', () => {
    const last = cursor.at(-1) as string
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const spellings = alphabet
      .split('')
      .filter((each) => each !== last)
      .map((each) => cursor.slice(0, -1) + each)
    const base64 = Buffer.from(cursor, 'base64url').toString('base64')
    const made = Buffer.from('[1,"a","1"]').toString('base64url')
    const cut = Array.from({ length: cursor.length }, (_, end) => cursor.slice(0, end)).slice(1)
    for (const forged of [
      ...spellings,
      ...cut,
      `${cursor}A`,
      `${cursor}=`,
      ` ${cursor}`,
      `${base64}==`,
      made,
      '\0',
      '💥',
    ])
      expect(() => read({ ...asked, cursor: forged }), forged).toThrow(refused)
  })

  it.each([
    ['another sort', { sort: ['title'] }],
    ['another direction', { sort: ['-title', '-id'] }, 'accepted'],
    ['a longer sort', { sort: ['-title', 'size'] }],
    ['other places of nulls', { sort: ['-title', 'size.nullsFirst'] }],
    ['another filter', { filter: { done: true } }],
    ['another value of a filter', { filter: { done: true, size: { gte: 4 } } }],
    ['another operator', { filter: { done: true, size: { gt: 3 } } }],
    ['another search', { search: 'coffee' }],
    ['no search', { search: undefined }],
  ])('of %s is refused, unless it says the same', (_, changes, outcome = 'refused') => {
    const attempt = () => read({ ...asked, ...changes, cursor })
    if (outcome === 'accepted') expect(attempt()).toMatchObject({ continued: true })
    else expect(attempt).toThrow(refused)
  })

  it('of another resource or another key is refused', () => {
    const other = listQuery(model, options, { name: 'notes' })
    expect(() => read({ ...asked, cursor }, other)).toThrow(refused)
    expect(() => query.readObject({ ...asked, cursor }, new Uint8Array(32).fill(8))).toThrow(refused)
  })

  it('is the same for the same place, and another for another', () => {
    expect(read(asked).cursor(['a title', '7'], 'next')).toBe(cursor)
    expect(read(asked).cursor(['a title', '8'], 'next')).not.toBe(cursor)
    expect(read(asked).cursor(['a title', '7'], 'previous')).not.toBe(cursor)
  })
})

it('a key of less than 32 bytes is refused', () => {
  expect(() => new CursorSeal(new Uint8Array(31))).toThrow(/32/)
})

it.each(['seen', 'private'] as const)('what is sealed comes out, in its context only: %s', (holds) => {
  const seal = new CursorSeal(KEY)
  for (const content of ['', 'a', '["ü",null]', 'x'.repeat(5000)])
    expect(seal.open(seal.seal(content, 'context', holds), 'context', holds)).toBe(content)
  expect(seal.open(seal.seal('bc', 'a', holds), 'ab', holds)).toBeUndefined()
  expect(seal.seal('bc', 'a', holds)).not.toBe(seal.seal('c', 'ab', holds))
  expect(seal.open(seal.seal('a', 'a', holds), 'a', holds === 'seen' ? 'private' : 'seen')).toBeUndefined()
})

it('what callers do not see cannot be read out of a cursor', () => {
  const hidden = listQuery(modelOf(tasks, { private: ['id'] }), { sort: ['title'] }, { name: 'tasks' })
  const cursor = read({ sort: ['title'] }, hidden).cursor(['a title', '4711'], 'next')
  expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('4711')
  const seen = read({ sort: ['title'] }).cursor(['a title', '4711'], 'next')
  expect(Buffer.from(seen, 'base64url').toString('latin1')).toContain('4711')
})

describe('what a process remembers of cursors', () => {
  const seal = (): CursorSeal => new CursorSeal(KEY)

  it('changes none of them: another process makes and reads the same, before and after thousands of others', () => {
    const [one, other] = [seal(), seal()]
    const contents = Array.from({ length: 5_000 }, (_, i) => `["${i}","a title"]`)
    const cursors = contents.map((content) => one.seal(content, 'tasks', 'seen'))
    for (const [i, content] of contents.entries()) {
      expect(other.open(cursors[i]!, 'tasks', 'seen')).toBe(content)
      expect(one.open(cursors[i]!, 'tasks', 'seen')).toBe(content)
      expect(one.seal(content, 'tasks', 'seen')).toBe(cursors[i])
    }
  })

  it('lets nothing in elsewhere, or changed', () => {
    const one = seal()
    const cursor = one.seal('["1"]', 'tasks', 'seen')
    expect(one.open(cursor, 'tasks', 'seen')).toBe('["1"]')
    for (const context of ['task', 'taskss', '', 'tasks 1:']) expect(one.open(cursor, context, 'seen')).toBeUndefined()
    expect(one.open(`${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`, 'tasks', 'seen')).toBeUndefined()
    expect(one.open(cursor, 'tasks', 'private')).toBeUndefined()
  })
})
