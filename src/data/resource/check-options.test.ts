import { anyone } from 'ashlar/access'
import { expect, test } from 'vitest'
import { database } from '../database.ts'
import { repository } from '../repository/repository.ts'
import { resource } from './resource.ts'
import { schema, tasks } from './test/tasks.fixture.ts'

const db = database({ schema })
const declare = (options: object) => () => resource(tasks, options as never)

test.each([
  [{ privat: ['secret'] }, 'resource(tasks) has no option "privat". There are database, access,'],
  [{ toString: true }, 'no option "toString"'],
  [{ access: undefined }, 'resource(tasks) needs to know who may do what. Write a rule for everything,'],
  [{ access: 'anyone' }, 'needs to know who may do what'],
  [
    { access: { read: anyone, updaet: anyone } },
    'access names "updaet". There are read, list, create, update, delete,',
  ],
  [
    { database: undefined },
    'resource(tasks) needs the database its rows are in: write resource(tasks, { database, ... }).',
  ],
  [
    { readOnly: ['owner'] },
    'resource(tasks): readOnly names the column "owner", which the table "tasks" does not have.',
  ],
  [{ writeOnce: ['owner'] }, 'writeOnce names the column "owner"'],
  [{ writable: ['owner'] }, 'writable names the column "owner"'],
  [{ refine: { titel: (title: unknown) => title } }, 'refine names the column "titel"'],
  [{ list: { sort: ['creatdAt'] } }, 'sort: "creatdAt" is not a column of the table "tasks". There are id,'],
  [{ list: { filter: { titel: ['eq'] } } }, 'There are id,'],
])('a mistake in the options is one at start, which says what there is: %j', (options, message) => {
  expect(declare({ database: db, access: anyone, ...options })).toThrow(message)
})

test('a table without rules gives nobody anything, in repositories too', () => {
  expect(() => repository(tasks, { database: db } as never)).toThrow('repository(tasks) needs to know who may do what.')
  expect(() => repository(tasks, { database: db, access: { raed: anyone } } as never)).toThrow('access names "raed"')
})

test('what is no table is told from one', () => {
  expect(() => resource({} as never, { database: db, access: anyone })).toThrow('pgTable(')
})
