import { createApp, DefinitionError, router } from 'ashlar'
import { anyone, authenticated } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { database, resource } from 'ashlar/data'
import type { RouterChildren } from '../core/router.ts'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'

const pets = pgTable('pets', { id: integer().primaryKey(), name: text().notNull(), note: text() })
const db = database({ schema: { pets } })
const petApi = resource(pets, { database: db, access: { read: anyone, create: authenticated } })

function start(api: RouterChildren, docs = true): unknown {
  const auth = [basic({ realm: 'test', verify: () => undefined })]
  return createApp({ title: 'Pets', version: '1', database: db, auth, docs, api: router('', api) })
}

test.each([true, false])('two resources of one name that differ are an error at start, with docs: %s', (docs) => {
  const other = resource(pets, { database: db, path: '/others', access: { read: anyone }, private: ['note'] })
  expect(() => start({ pets: petApi, other }, docs)).toThrow(DefinitionError)
  expect(() => start({ pets: petApi, other }, docs)).toThrow(
    `other.read: its "Pet" is not that of "pets.read"; give one of the two resources a name of its own: resource(table, { name: 'Other' })`,
  )
  const named = resource(pets, {
    database: db,
    path: '/others',
    name: 'Other',
    access: { read: anyone },
    private: ['note'],
  })
  expect(() => start({ pets: petApi, named }, docs)).not.toThrow()
})

test('what is received counts as what is sent does', () => {
  const other = resource(pets, { database: db, path: '/others', access: { create: anyone }, readOnly: ['note'] })
  expect(() => start({ pets: petApi, other })).toThrow('other.create: its "NewPet" is not that of "pets.create"')
})

test('two that are the same share their component, and what is hidden has none', () => {
  const same = resource(pets, { database: db, path: '/same', access: { read: authenticated } })
  expect(() => start({ pets: petApi, same })).not.toThrow()
  const other = resource(pets, {
    database: db,
    path: '/others',
    access: { read: anyone },
    private: ['note'],
    hidden: true,
  })
  expect(() => start({ pets: petApi, other })).not.toThrow()
})
