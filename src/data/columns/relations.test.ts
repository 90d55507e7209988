import { getTableName } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { alone, people, posts, profiles, schema, tags, unknownTable } from './relations.fixture.ts'
import { relationsOf, throughRelation, type ColumnPair, type TableRelation } from './relations.ts'

const pairs = (columns: readonly ColumnPair[]): string[] => columns.map(({ from, to }) => `${full(from)} = ${full(to)}`)
const full = ({ table, name }: ColumnPair['from']): string => `${getTableName(table)}.${name}`
const said = ({ kind, table, owned, optional, columns }: TableRelation): unknown => ({
  kind,
  table: getTableName(table),
  owned,
  optional,
  columns: pairs(columns),
})

describe('a relation is described from both of its ends', () => {
  test('1-1', () => {
    expect(said(relationsOf(schema, people)['profile']!)).toEqual({
      kind: 'one',
      table: 'profiles',
      owned: false,
      optional: true,
      columns: ['people.id = profiles.person_id'],
    })
    expect(said(relationsOf(schema, profiles)['person']!)).toEqual({
      kind: 'one',
      table: 'people',
      owned: true,
      optional: false,
      columns: ['profiles.person_id = people.id'],
    })
  })

  test('1-n, and a second one between the same tables', () => {
    expect(said(relationsOf(schema, posts)['author']!)).toEqual({
      kind: 'one',
      table: 'people',
      owned: true,
      optional: false,
      columns: ['posts.author_id = people.id'],
    })
    expect(said(relationsOf(schema, posts)['editor']!)).toMatchObject({
      optional: true,
      columns: ['posts.editor_id = people.id'],
    })
    expect(said(relationsOf(schema, people)['posts']!)).toEqual({
      kind: 'many',
      table: 'posts',
      owned: false,
      optional: false,
      columns: ['people.id = posts.author_id'],
    })
    expect(said(relationsOf(schema, people)['edited']!)).toMatchObject({ columns: ['people.id = posts.editor_id'] })
  })

  test('of a table with itself', () => {
    expect(said(relationsOf(schema, people)['mentor']!)).toEqual({
      kind: 'one',
      table: 'people',
      owned: true,
      optional: true,
      columns: ['people.mentor_id = people.id'],
    })
    expect(said(relationsOf(schema, people)['pupils']!)).toMatchObject({
      kind: 'many',
      columns: ['people.id = people.mentor_id'],
    })
  })
})

describe('n-m goes through the table between', () => {
  test('from both ends', () => {
    const ofPost = throughRelation(schema, posts, { through: 'postTags', to: 'tag' })
    expect(said(ofPost)).toMatchObject({ kind: 'many', table: 'tags', columns: ['posts.id = post_tags.post_id'] })
    expect(getTableName(ofPost.between)).toBe('post_tags')
    expect(pairs(ofPost.onward)).toEqual(['post_tags.tag = tags.name'])
    const ofTag = throughRelation(schema, tags, { through: 'tagged', to: 'post' })
    expect([...pairs(ofTag.columns), ...pairs(ofTag.onward)]).toEqual([
      'tags.name = post_tags.tag',
      'post_tags.post_id = posts.id',
    ])
  })

  test('of a table with itself', () => {
    const followers = throughRelation(schema, people, { through: 'followers', to: 'follower' })
    expect(said(followers)).toMatchObject({ table: 'people', columns: ['people.id = follows.followed_id'] })
    expect(pairs(followers.onward)).toEqual(['follows.follower_id = people.id'])
  })
})

describe('what is not there is told', () => {
  test('a relation', () => {
    const wrong = (): unknown => throughRelation(schema, posts, { through: 'postTags', to: 'tags' })
    expect(wrong).toThrow('The table "post_tags" has no relation "tags". It has post, tag.')
  })

  test('any relation', () => {
    expect(relationsOf(schema, alone)).toEqual({})
    expect(() => throughRelation(schema, alone, { through: 'x', to: 'y' })).toThrow(
      /declare them with Drizzle's relations\(\)/,
    )
  })

  test('a table', () => {
    expect(() => relationsOf(schema, unknownTable)).toThrow(/"unknown" is not in the schema.*database\(\{ schema \}\)/)
  })
})
