import { createApp, router } from 'ashlar'
import { allOf, tenant, through } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { relations, sql } from 'drizzle-orm'
import { foreignKey, integer, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { database } from '../../database.ts'
import { resource } from '../resource.ts'

const projects = pgTable('projects', { id: integer().primaryKey(), teamId: text('team_id').notNull() }, (table) => [
  unique().on(table.teamId, table.id),
])
const columns = { id: integer().primaryKey(), teamId: text('team_id').notNull(), projectId: integer('project_id') }
const tasks = pgTable('tasks', columns, (table) => [
  foreignKey({ columns: [table.projectId], foreignColumns: [projects.id] }),
])
const bound = pgTable('bound', columns, (table) => [
  foreignKey({ columns: [table.teamId, table.projectId], foreignColumns: [projects.teamId, projects.id] }),
])
const tasksRelations = relations(tasks, ({ one }) => ({
  project: one(projects, { fields: [tasks.projectId], references: [projects.id] }),
}))
const db = database({ schema: { projects, tasks, bound, tasksRelations } })
const ofTeam = tenant('teamId', (user) => String(user.id))
const ofTeamsProject = allOf(ofTeam, through('project', ofTeam))
const app = createApp({
  title: 'References',
  version: '1',
  database: db,
  auth: [basic({ realm: 'test', verify: () => undefined })],
  api: router('', {
    unchecked: resource(tasks, { database: db, access: ofTeam }),
    checked: resource(tasks, {
      database: db,
      path: '/checked',
      access: { read: ofTeam, create: ofTeamsProject, update: ofTeamsProject },
    }),
    bound: resource(bound, { database: db, access: ofTeam }),
  }),
})
const t = await testApp(app)
const red = t.as({ id: 'red' })
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute(sql`
    create table projects (id integer primary key, team_id text not null, unique (team_id, id));
    create table tasks (id integer primary key, team_id text not null, project_id integer references projects);
    create table bound (
      id integer primary key, team_id text not null, project_id integer,
      foreign key (team_id, project_id) references projects (team_id, id)
    );
    insert into projects values (1, 'red'), (2, 'blue')`),
)
beforeEach(() =>
  t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(sql`truncate tasks, bound`)).then(() => undefined),
)
afterAll(() => t.stop())

const [own, another] = [1, 2]

test('a foreign key asks whether a row is there, and not whose it is', async () => {
  expect(await red.unchecked.create({ body: { id: 1, projectId: another } })).toMatchObject({ teamId: 'red' })
  await expect(red.unchecked.create({ body: { id: 2, projectId: 3 } })).rejects.toMatchObject({ status: 409 })
})

test('a rule that follows the relation is asked of what was written, and undoes it', async () => {
  await red.checked.create({ body: { id: 1, projectId: own } })
  await expect(red.checked.create({ body: { id: 2, projectId: another } })).rejects.toMatchObject({ status: 403 })
  const change = red.checked.update({ params: { id: 1 }, body: { projectId: another } })
  await expect(change).rejects.toMatchObject({ status: 403 })
  expect((await red.checked.list()).items).toEqual([{ id: 1, teamId: 'red', projectId: own }])
})

test('a foreign key with the tenant in it leaves no way to write it otherwise', async () => {
  await red.bound.create({ body: { id: 1, projectId: own } })
  await expect(red.bound.create({ body: { id: 2, projectId: another } })).rejects.toMatchObject({ status: 409 })
})
