import type { Client } from 'pg'
import { environmentOf } from '../../app/environment.ts'
import type { Database } from '../../data/database.ts'
import { findAppFile, shortPath } from '../app-file.ts'
import { CommandError } from '../command-error.ts'
import { loadApp } from '../load-app.ts'
import { print } from '../print.ts'
import { connected, databaseOf, withDatabase, type AppDatabase } from './app-database.ts'
import { findSeedBeside, runSeed } from './seed.ts'
import type { DatabaseFlags } from './url.ts'

interface ResetFlags extends DatabaseFlags {
  readonly force?: boolean
  /** A file, or `true` for the one that is found beside the app. */
  readonly seed?: string | true
}

/** What others than the app rely on. */
const KEPT = ['postgres', 'template0', 'template1']

/** `ashlar db reset`: the database as it is after its migrations, without the data. */
export async function reset(file: string | undefined, flags: ResetFlags): Promise<void> {
  const path = findAppFile(file)
  const app = await loadApp(path)
  if (environmentOf(app.definition) === 'production')
    throw new CommandError('A database is not reset in production: all its data would be gone.', {
      hint: 'On a machine for development, leave NODE_ENV unset.',
    })
  const database = databaseOf(app, flags.database)
  // Found before anything is dropped: a name that is wrong should cost nothing.
  const seedFile = flags.seed === undefined ? undefined : findSeedBeside(path, flags.seed)
  await withDatabase(database, async (found) => {
    await recreate(found, flags)
    await print(`${database.name}: dropped and made again.`)
    if (database.options.migrations !== undefined) await apply(database)
    if (seedFile !== undefined) await runSeed(app, seedFile, { as: shortPath(seedFile) })
  })
}

async function apply(database: Database): Promise<void> {
  try {
    const names = await database.migrate()
    await print([`${database.name}: applied`, ...(names.length === 0 ? ['nothing'] : names)].join('\n  '))
  } finally {
    await database.stop()
  }
}

async function recreate({ url, embedded }: AppDatabase, { force = false }: ResetFlags): Promise<void> {
  const name = nameIn(url)
  if (!embedded && !force)
    throw new CommandError(`The database "${name}" is on a server, and all its data would be gone.`, {
      hint: 'If that is what you want: ashlar db reset --force',
    })
  if (KEPT.includes(name))
    throw new CommandError(`The database "${name}" belongs to the server, and is not dropped.`, {
      hint: 'Give the app one of its own in DATABASE_URL: postgres://user:password@host:5432/my_app',
    })
  await connected(withName(url, 'postgres'), (client) => replace(client, name))
}

async function replace(client: Client, name: string): Promise<void> {
  const may = await client.query<{ may: boolean }>(
    'SELECT rolsuper OR rolcreatedb AS may FROM pg_roles WHERE rolname = current_user',
  )
  // Before the drop: afterwards there would be none at all.
  if (may.rows[0]?.may !== true)
    throw new CommandError(`The user of the URL may not create databases, so "${name}" was left as it is.`, {
      hint: 'Let an administrator write: ALTER ROLE the_user CREATEDB',
    })
  const like = await asItWas(client, name)
  const quoted = client.escapeIdentifier(name)
  await client.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`)
  await client.query(`CREATE DATABASE ${quoted}${like}`)
}

interface DatabaseRow {
  readonly owner: string
  readonly encoding: string
  readonly datcollate: string
  readonly datctype: string
  /** Since PostgreSQL 15. */
  readonly datlocprovider: 'c' | 'i' | 'b' | null
  readonly locale: string | null
}

/** Owner, encoding and collation, as options of CREATE DATABASE. What else was set for the database is gone with it. */
async function asItWas(client: Client, name: string): Promise<string> {
  // Columns that only newer servers have are read from the whole row.
  const { rows } = await client.query<DatabaseRow>(
    `SELECT pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding, datcollate, datctype,
      to_jsonb(d)->>'datlocprovider' AS datlocprovider, coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale') AS locale
    FROM pg_database d WHERE datname = $1`,
    [name],
  )
  const [row] = rows
  if (row === undefined) return ''
  const value = (text: string): string => client.escapeLiteral(text)
  const { datlocprovider: provider, locale } = row
  const options = [
    `OWNER ${client.escapeIdentifier(row.owner)}`,
    `ENCODING ${value(row.encoding)}`,
    `LC_COLLATE ${value(row.datcollate)} LC_CTYPE ${value(row.datctype)}`,
    ...(provider === 'i' && locale !== null ? [`LOCALE_PROVIDER icu ICU_LOCALE ${value(locale)}`] : []),
    ...(provider === 'b' && locale !== null ? [`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${value(locale)}`] : []),
    'TEMPLATE template0',
  ]
  return ` ${options.join(' ')}`
}

function nameIn(url: string): string {
  const name = URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.slice(1)) : ''
  if (name !== '') return name
  throw new CommandError('The URL of the database does not name one.', {
    hint: 'Write it as postgres://user:password@host:5432/name.',
  })
}

function withName(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
