import { eq, getTableColumns, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { App } from '../../app/app.ts'
import type { Principal } from '../../core/access/index.ts'
import type { DrizzleSchema } from '../../data/drizzle.ts'
import type { Database } from '../../data/index.ts'
import { isNoValue, withEngine } from './engine.ts'
import { CommandError } from '../command-error.ts'

/** Who is asked about. */
export interface AskedUser {
  /** `undefined`: nobody. */
  readonly principal: Principal | undefined
  /** Whether it is any caller with a role, of whom there are no own rows. */
  readonly generic: boolean
  readonly words: string
}

const HINT = `Write JSON such as '{"id":"ada","roles":["editor"]}', or role:editor, or anonymous; or the id or e-mail address of a user of the app's accounts.`

/** @throws CommandError where it cannot be told who is meant. */
export async function askedUser(text: string, app: App): Promise<AskedUser> {
  if (text === 'anonymous') return { principal: undefined, generic: false, words: 'an anonymous caller' }
  if (text.startsWith('role:')) {
    const roles = text
      .slice('role:'.length)
      .split(',')
      .filter((role) => role !== '')
    const words = roles.length === 0 ? 'a caller without roles' : `a caller with ${listed('role', roles)}`
    return { principal: { id: '', roles, permissions: [], scopes: ['*'] }, generic: true, words }
  }
  const principal = text.trimStart().startsWith('{') ? parsed(text) : await lookedUp(text, app)
  const { id, roles = [] } = principal
  return { principal, generic: false, words: roles.length === 0 ? String(id) : `${id} (${listed('role', roles)})` }
}

function listed(noun: string, names: readonly string[]): string {
  return `the ${noun}${names.length === 1 ? '' : 's'} ${names.join(', ')}`
}

function parsed(text: string): Principal {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CommandError('The user is not JSON.', { hint: HINT, cause })
  }
  const { id } = value as Principal
  if (typeof id !== 'string' && typeof id !== 'number')
    throw new CommandError('The user has no id, a text or a number.', { hint: HINT })
  for (const name of ['roles', 'scopes', 'permissions'] as const) {
    const given: unknown = (value as Principal)[name]
    if (given === undefined || (Array.isArray(given) && given.every((each) => typeof each === 'string'))) continue
    throw new CommandError(`The user's ${name} are no list of texts.`, { hint: HINT })
  }
  return { scopes: ['*'], ...(value as Principal) }
}

/** What accounts know of users, by its shape: the command knows no part of `ashlar/auth`. */
interface WithUsers {
  readonly core?: { readonly database?: Database<DrizzleSchema>; readonly users?: PgTable }
}

async function lookedUp(text: string, app: App): Promise<Principal> {
  const { core } = ((app.definition as { readonly auth?: unknown }).auth ?? {}) as WithUsers
  const { database, users } = core ?? {}
  const { id: key, email, roles } = users === undefined ? {} : getTableColumns(users)
  const byEmail = email !== undefined && text.includes('@')
  if (database === undefined || users === undefined || key === undefined)
    throw new CommandError(`Who "${text}" is, is not known: the app has no accounts to look it up in.`, { hint: HINT })
  const [row] = await withEngine(database, ({ drizzle }) =>
    drizzle
      .select({ id: key, ...(roles !== undefined && { roles }) })
      .from(users)
      .where(byEmail ? eq(sql`lower(${email})`, text.toLowerCase()) : eq(key, text))
      .limit(1)
      .catch((error: unknown) => {
        if (isNoValue(error)) return []
        throw error
      }),
  )
  if (row === undefined)
    throw new CommandError(`There is no user with the ${byEmail ? 'e-mail address' : 'id'} ${text}.`, { hint: HINT })
  // As the accounts' own columns have them.
  return { ...row, scopes: ['*'] } as unknown as Principal
}
