import { allOf, anyOf, authenticated, owner, role, rule, through } from 'ashlar/access'
import { expect, test } from 'vitest'
import { database } from '../database.ts'
import { resource } from '../resource/resource.ts'
import { lists, schema, tasks } from '../resource/test/tasks.fixture.ts'
import { repository } from './repository.ts'

const db = database({ schema })
const lucky = rule({ name: 'lucky' }, () => true)

test('a rule that leads to related rows names a relation, and columns of the tables it is about', () => {
  const access = { read: allOf(authenticated, through('lists', owner('ownerId'))) }
  expect(() => repository(tasks, { database: db, access })).toThrow(
    /through\(lists\) names no relation of "tasks".*it has list/,
  )
  expect(() => resource(tasks, { database: db, access })).toThrow(/names no relation/)
  const column = { read: through('list', owner('owner')) }
  expect(() => repository(tasks, { database: db, access: column })).toThrow(
    /column "owner".*table "lists" does not have/,
  )
  expect(() =>
    repository(tasks, { database: database(), access: { read: through('list', owner('ownerId')) } }),
  ).toThrow(/database\(\{ schema \}\)/)
})

test('code is never asked about related rows: a rule for them without it is asked for', () => {
  const hidden = { read: through('list', anyOf(lucky, role('admin'))) }
  expect(() => repository(tasks, { database: db, access: hidden })).toThrow(/through\(list\).*"lucky".*rows\('lucky'/)
  const listApi = resource(lists, { database: db, access: { read: allOf(lucky, owner('ownerId')) } })
  expect(() =>
    resource(tasks, { database: db, access: authenticated, parent: { of: listApi, column: 'listId' } }),
  ).toThrow(/parent.*"lucky"/)
  const taskApi = resource(tasks, { database: db, access: authenticated, list: { include: { list: { of: listApi } } } })
  expect(() => taskApi.children.list.access).toThrow(/include\.list.*"lucky"/)
})

test('below a resource that nobody may read there is nothing', () => {
  const listApi = resource(lists, { database: db, access: { create: authenticated } })
  expect(() =>
    resource(tasks, { database: db, access: authenticated, parent: { of: listApi, column: 'listId' } }),
  ).toThrow(/nobody may read/)
})
