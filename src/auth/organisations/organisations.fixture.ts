// An app with organisations and rows of theirs, and people who call it.
import { router } from 'ashlar'
import { allOf } from 'ashlar/access'
import { resource } from 'ashlar/data'
import { sql } from 'drizzle-orm'
import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { id } from '../../data/columns/life-columns.ts'
import { accountsApp, users, type AccountsApp } from '../accounts.fixture.ts'
import { apiKeys } from '../api-keys/api-keys.ts'
import { organisationTables } from '../tables/organisation-tables.ts'
import { organisations } from './organisations.ts'
import type { OrganisationsOptions } from './options.ts'

export const orgTables = organisationTables(users)
export const notes = pgTable('notes', {
  id: id(),
  organisationId: uuid('organisation_id')
    .notNull()
    .references(() => orgTables.organisations.id, { onDelete: 'cascade' }),
  text: text().notNull(),
})

export const ROLES = {
  owner: ['*'],
  manager: ['organisation:members', 'notes:*'],
  member: ['notes:write'],
  guest: [],
} as const

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // Whatever it is: tests say what they expect of it.
  readonly body: ReturnType<typeof JSON.parse>
}

export interface Person {
  readonly id: string
  readonly email: string
  token: string
  /** Calls with their token, or with `by`. */
  call(method: string, path: string, json?: unknown, by?: string): Promise<Answer>
  /** Makes an organisation, and chooses it. */
  found(slug: string): Promise<string>
  switch(id: string): Promise<void>
  logIn(): Promise<void>
}

type Fetching = Pick<AccountsApp['t'], 'fetch'>

export async function call(
  at: Fetching,
  { method, path, json, token }: { method: string; path: string; json?: unknown; token?: string },
): Promise<Answer> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await at.fetch(path, { method, headers, ...(json !== undefined && { json }) })
  const answered = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: answered === '' ? undefined : JSON.parse(answered),
  }
}

export async function organisationsApp(options: OrganisationsOptions = {}) {
  const app = await accountsApp(
    { organisations: { tables: orgTables, roles: ROLES }, roles: { admin: ['*'] } },
    {
      schema: { ...orgTables, notes },
      api: (auth, db) => {
        const orgs = organisations(auth, options)
        const mine = orgs.tenant('organisationId')
        const writes = allOf(mine, orgs.permission('notes:write'))
        const noteApi = resource(notes, {
          database: db,
          access: { read: mine, create: writes, update: writes, delete: allOf(mine, orgs.permission('notes:delete')) },
          bulk: { create: true, update: true, delete: true },
        } as never)
        return { organisations: orgs.api, keys: apiKeys(auth), notes: router('', { notes: noteApi as never }) }
      },
    },
  )
  const person = async (roles?: readonly string[]): Promise<Person> => {
    const registered = await app.register(roles === undefined ? {} : { roles })
    const made: Person = {
      ...registered,
      token: '',
      call: (method, path, json, token = made.token) => call(app.t, { method, path, json, token }),
      logIn: async () => void (made.token = (await app.logIn(registered.email)).accessToken),
      switch: async (organisation) => {
        const { status, body } = await made.call('POST', `/organisations/${organisation}/switch`)
        if (status !== 200) throw new Error(`switch: ${status} ${JSON.stringify(body)}`)
        made.token = body.accessToken
      },
      found: async (slug) => {
        const { status, body } = await made.call('POST', '/organisations', { name: slug.toUpperCase(), slug })
        if (status !== 201) throw new Error(`create: ${status} ${JSON.stringify(body)}`)
        await made.switch(body.id)
        return body.id
      },
    }
    await made.logIn()
    return made
  }
  /** By invitation and acceptance. */
  const join = async (organisation: string, by: Person, who: Person, roles: readonly string[] = ['member']) => {
    const invited = await by.call('POST', `/organisations/${organisation}/invitations`, { email: who.email, roles })
    if (invited.status !== 201) throw new Error(`invite: ${invited.status} ${JSON.stringify(invited.body)}`)
    const token = await app.outbox.token(who.email)
    const accepted = await who.call('POST', '/organisations/invitations/accept', { token })
    if (accepted.status !== 200) throw new Error(`accept: ${accepted.status} ${JSON.stringify(accepted.body)}`)
  }
  const rows = (statement: string): Promise<Record<string, unknown>[]> =>
    app.t.run({ drizzle: app.db.drizzle }, async ({ drizzle }) => (await drizzle.execute(sql.raw(statement))).rows)
  return { ...app, person, join, rows }
}
