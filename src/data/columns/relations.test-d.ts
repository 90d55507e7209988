import { expectTypeOf, test } from 'vitest'
import type { RelatedTable, RelationKind } from './relation-types.ts'
import type { alone, people, posts, postTags, schema, tags } from './relations.fixture.ts'

type Schema = typeof schema

test('the relations of a table have kinds and tables', () => {
  expectTypeOf<RelationKind<Schema, typeof alone, 'author'>>().toEqualTypeOf<never>()
  expectTypeOf<RelationKind<Schema, typeof posts, 'author'>>().toEqualTypeOf<'one'>()
  expectTypeOf<RelationKind<Schema, typeof posts, 'postTags'>>().toEqualTypeOf<'many'>()
  expectTypeOf<RelatedTable<Schema, typeof posts, 'author'>>().toEqualTypeOf<typeof people>()
  expectTypeOf<RelatedTable<Schema, typeof posts, 'postTags'>>().toEqualTypeOf<typeof postTags>()
  expectTypeOf<RelatedTable<Schema, typeof postTags, 'tag'>>().toEqualTypeOf<typeof tags>()
  expectTypeOf<RelatedTable<Schema, typeof people, 'pupils'>>().toEqualTypeOf<typeof people>()
})
