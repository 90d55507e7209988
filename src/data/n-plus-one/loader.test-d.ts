import { expectTypeOf, test } from 'vitest'
import { dependency, type ValueOf } from '../../core/dependency.ts'
import { database } from '../database.ts'
import type { Transaction } from '../drizzle.ts'
import type { Loader } from './batches.ts'
import { loader } from './loader.ts'

const db = database()

test('a loader knows its keys, its values and what it uses', () => {
  const lengths = loader({ uses: { tx: db.transaction } }, (keys: readonly string[], { tx }) => {
    expectTypeOf(tx).toEqualTypeOf<Transaction<Record<string, never>>>()
    return Promise.resolve(new Map(keys.map((key) => [key, key.length])))
  })
  expectTypeOf<ValueOf<typeof lengths>>().toEqualTypeOf<Loader<string, number>>()
  dependency({ uses: { lengths } }, async ({ lengths: loaded }) => {
    expectTypeOf(await loaded.load('a')).toEqualTypeOf<number | undefined>()
    // @ts-expect-error keys are strings
    void loaded.load(1)
  })
})

test('an error per key is no value', () => {
  const some = loader(
    {},
    (keys: readonly number[]) => new Map(keys.map((key) => [key, key > 1 ? 'x' : new Error('no')])),
  )
  expectTypeOf<ValueOf<typeof some>>().toEqualTypeOf<Loader<number, string>>()
})

test('what is cached for one request cannot be kept by the app', () => {
  const some = loader({}, (keys: readonly number[]) => new Map(keys.map((key) => [key, 'x'])))
  // @ts-expect-error it lives for one request
  dependency({ scope: 'app', uses: { some } }, () => 1)
})
