import { expectTypeOf, test } from 'vitest'
import type { IsOptional, RelatedTable, RelationKind, RelationNames } from './relation-types.ts'
import type { alone, people, posts, postTags, profiles, schema, tags } from './relations.fixture.ts'

type Schema = typeof schema

test('the relations of a table have names, kinds and tables', () => {
  expectTypeOf<RelationNames<Schema, typeof posts>>().toEqualTypeOf<'author' | 'editor' | 'postTags'>()
  expectTypeOf<RelationNames<Schema, typeof alone>>().toEqualTypeOf<never>()
  expectTypeOf<RelationKind<Schema, typeof posts, 'author'>>().toEqualTypeOf<'one'>()
  expectTypeOf<RelationKind<Schema, typeof posts, 'postTags'>>().toEqualTypeOf<'many'>()
  expectTypeOf<RelatedTable<Schema, typeof posts, 'author'>>().toEqualTypeOf<typeof people>()
  expectTypeOf<RelatedTable<Schema, typeof posts, 'postTags'>>().toEqualTypeOf<typeof postTags>()
  expectTypeOf<RelatedTable<Schema, typeof postTags, 'tag'>>().toEqualTypeOf<typeof tags>()
  expectTypeOf<RelatedTable<Schema, typeof people, 'pupils'>>().toEqualTypeOf<typeof people>()
})

test('a relation to one may be missing where its columns may be null, or are not its own', () => {
  expectTypeOf<IsOptional<Schema, typeof posts, 'author'>>().toEqualTypeOf<false>()
  expectTypeOf<IsOptional<Schema, typeof posts, 'editor'>>().toEqualTypeOf<true>()
  expectTypeOf<IsOptional<Schema, typeof people, 'profile'>>().toEqualTypeOf<true>()
  expectTypeOf<IsOptional<Schema, typeof profiles, 'person'>>().toEqualTypeOf<false>()
})
