import type { Client } from 'pg'
import { withConnection } from '../migrations/connection.ts'
import { quote } from '../sql-text.ts'
import { signingKey } from '../signing-key.ts'

/** What a role of its own is called where the app connects as a superuser. */
const APP_ROLE = 'ashlar_app'

interface AppRoleOptions {
  /** Named by the app. */
  readonly role?: string | undefined
  /** Whether a superuser may be given a role for the app: not in production, but on the embedded server. */
  readonly mayMake: boolean
}

/**
 * The role that the app's connections are to take so that policies bind them; `undefined` where they are bound as they are.
 *
 * @throws Error where policies would not bind them.
 */
export async function appRole(url: string, { role, mayMake }: AppRoleOptions): Promise<string | undefined> {
  return withConnection(url, async (client) => {
    const own = await readRole(client, 'current_user')
    if (role !== undefined) {
      await checkNamed(client, role)
    } else if (isBound(own)) return undefined
    else if (own.superuser && mayMake) await makeRole(client)
    else throw new Error(unbound(own))
    // The role may not be one that makes tables, and lists need a key.
    await signingKey(client)
    return role ?? APP_ROLE
  })
}

interface Role {
  readonly name: string
  readonly superuser: boolean
  readonly bypass: boolean
}

function isBound({ superuser, bypass }: Role): boolean {
  return !superuser && !bypass
}

async function readRole(client: Client, name: string): Promise<Role> {
  const { rows } = await client.query<Role>(
    `SELECT rolname AS name, rolsuper AS superuser, rolbypassrls AS bypass FROM pg_roles WHERE rolname = ${name}`,
  )
  return rows[0] ?? { name: '', superuser: false, bypass: false }
}

async function checkNamed(client: Client, role: string): Promise<void> {
  const named = await readRole(client, client.escapeLiteral(role))
  if (named.name === '')
    throw new Error(
      `database({ rls: { role: '${role}' } }) names a role that is not there. Make it: CREATE ROLE ${quote(role)} NOLOGIN; and grant it the rights ` +
        'on the tables, and itself to the role the app connects as.',
    )
  if (!isBound(named)) throw new Error(unbound(named))
}

/** It reads and writes all tables, present and future, and is bound by their policies. Several processes may come at once. */
async function makeRole(client: Client): Promise<void> {
  await client.query(
    `DO $$ BEGIN CREATE ROLE ${APP_ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  )
  const { rowCount } = await client.query(
    `SELECT FROM pg_auth_members WHERE member = '${APP_ROLE}'::regrole AND roleid = 'pg_write_all_data'::regrole`,
  )
  if (rowCount !== 0) return
  await client.query(
    `DO $$ BEGIN GRANT pg_read_all_data, pg_write_all_data TO ${APP_ROLE}; EXCEPTION WHEN unique_violation OR internal_error THEN NULL; END $$`,
  )
}

function unbound({ name, superuser }: Role): string {
  return (
    `The database has rls: true, and its policies do not bind the role "${name}", which ${superuser ? 'is a superuser' : 'has BYPASSRLS'}. ` +
    'Connect as a role without either, which may own the tables; or name one that connections take: ' +
    "database({ rls: { role: 'app' } }). docs/row-security.md shows how to make it."
  )
}
