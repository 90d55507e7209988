import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { Client, type DatabaseError } from 'pg'
import { checkUrl, firstConnection } from './connect-error.ts'
import { directUrlOf } from './connection.ts'
import { COPY_OF, ENVIRONMENT } from './database-options.ts'
import { database, type Database, type DatabaseOptions } from './database.ts'
import type { DrizzleSchema } from './drizzle.ts'
import { urlOf } from './embedded/app-database.ts'
import { instanceIn } from './embedded/instance.ts'
import { findProject } from './embedded/project.ts'
import { joinServer } from './embedded/server.ts'
import { migrate } from './migrations/migrate.ts'
import { migrationSetHash, migrationsFolder, readMigrations } from './migrations/migration-files.ts'

/** A migrated, empty database of its own, for one test file. */
export interface TestDatabase<Schema extends DrizzleSchema> {
  readonly url: string
  /** The same declaration, on this database. */
  readonly database: Database<Schema>
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>
}

/** A server to make databases on. */
export interface TestServer {
  /** Of the database one connects to for making others. */
  readonly url: string
  readonly leave: () => Promise<void>
}

type Declared = Pick<DatabaseOptions, 'url' | 'directUrl' | 'embedded' | 'migrations'>

const PREFIX = 'ashlar_test_'
const TEMPLATE_PREFIX = 'ashlar_template_'
/** Per new database: a run that left hundreds behind is cleared by the next runs together. */
const MAX_DROPS = 20

/**
 * Makes a database as `declared` describes it: on its server, or on the project's embedded one for tests, which gives up crash safety.
 * Migrations run once per set of files, into a template that is then cloned. A database whose process was killed is dropped by a later call.
 */
export async function createTestDatabase<Schema extends DrizzleSchema>(
  declared: Database<Schema>,
): Promise<TestDatabase<Schema>> {
  const server = await testServer(declared.options)
  const keeper = new Client({ connectionString: server.url })
  const close = async (): Promise<void> => {
    await keeper.end()
    await server.leave()
  }
  try {
    keeper.on('error', () => {})
    await firstConnection(server.url, () => keeper.connect())
    const template = await ensureTemplate(keeper, server.url, declared.options)
    await dropAbandoned(keeper)
    const name = `${PREFIX}${randomBytes(8).toString('hex')}`
    // Held until this connection ends, in whatever way: the sign that the database is in use.
    await lock(keeper, name)
    await keeper.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
    const url = withDatabase(server.url, name)
    const own = database({
      ...declared.options,
      url,
      directUrl: url,
      migrate: 'manual',
      replicas: [],
      [ENVIRONMENT]: 'test',
      [COPY_OF]: declared.options[COPY_OF] ?? declared,
    })
    const end = async (): Promise<void> => {
      await own.stop()
      await drop(keeper, name)
      await close()
    }
    return { url, database: own, drop: end }
  } catch (error) {
    await close()
    throw error
  }
}

async function testServer(options: Declared): Promise<TestServer> {
  const url = directUrlOf(options) ?? options.url ?? process.env.DATABASE_URL
  if (url !== undefined && url !== '') return { url: checkUrl(url), leave: () => Promise.resolve() }
  return embeddedTestServer(options)
}

/** The project's embedded server for tests, which gives up crash safety: what is on it can be made again. */
export async function embeddedTestServer({ embedded }: Pick<DatabaseOptions, 'embedded'>): Promise<TestServer> {
  const directory = typeof embedded === 'object' ? embedded.directory : undefined
  const instance = instanceIn(findProject(), {
    durable: false,
    ...(directory !== undefined && { directory: `${directory}-test` }),
  })
  const { endpoint, leave } = await joinServer(instance)
  return { url: urlOf(endpoint, 'postgres'), leave }
}

/** The name of a database with this set of migrations applied, which nobody connects to. */
async function ensureTemplate(keeper: Client, url: string, { migrations }: Declared): Promise<string> {
  if (migrations === undefined) return 'template0'
  const folder = migrationsFolder(migrations)
  const template = `${TEMPLATE_PREFIX}${shortHash(folder + migrationSetHash(readMigrations(folder)))}`
  if (await exists(keeper, template)) return template
  await lock(keeper, folder)
  if (!(await exists(keeper, template))) {
    await dropOutdated(keeper, folder)
    const draft = `${template}_draft`
    await keeper.query(`CREATE DATABASE ${draft} TEMPLATE template0`)
    await keeper.query(`COMMENT ON DATABASE ${draft} IS ${keeper.escapeLiteral(originOf(folder))}`)
    await migrate(withDatabase(url, draft), folder)
    // By its name only when whole.
    await keeper.query(`ALTER DATABASE ${draft} RENAME TO ${template}`)
  }
  await unlock(keeper, folder)
  return template
}

/** Where a template's migrations are: it serves nobody once they have changed, or have gone. */
function originOf(folder: string): string {
  return `Ashlar test template of ${hostname()}:${folder}`
}

async function dropOutdated(keeper: Client, folder: string): Promise<void> {
  const { rows } = await keeper.query<{ datname: string; origin: string | null }>(
    "SELECT datname, shobj_description(oid, 'pg_database') AS origin FROM pg_database WHERE starts_with(datname, $1)",
    [TEMPLATE_PREFIX],
  )
  const here = originOf('')
  for (const { datname, origin } of rows) {
    const from = origin?.startsWith(here) ? origin.slice(here.length) : undefined
    if (from === folder || (from !== undefined && !existsSync(from))) await drop(keeper, datname)
  }
}

async function dropAbandoned(keeper: Client): Promise<void> {
  const { rows: found } = await keeper.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY random() LIMIT $2',
    [PREFIX, MAX_DROPS],
  )
  for (const { datname: name } of found) {
    const { rows } = await keeper.query<{ free: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS free',
      [name],
    )
    if (rows[0]?.free !== true) continue
    await drop(keeper, name)
    await unlock(keeper, name)
  }
}

async function exists(keeper: Client, name: string): Promise<boolean> {
  const { rowCount } = await keeper.query('SELECT FROM pg_database WHERE datname = $1', [name])
  return rowCount === 1
}

async function lock(keeper: Client, name: string): Promise<void> {
  await keeper.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name])
}

async function unlock(keeper: Client, name: string): Promise<void> {
  await keeper.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name])
}

const NOT_PERMITTED = '42501'

async function drop(keeper: Client, name: string): Promise<void> {
  try {
    await keeper.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  } catch (error) {
    if ((error as DatabaseError).code !== NOT_PERMITTED) throw error
    // An autovacuum worker is in it, which FORCE may end only for a superuser. Without FORCE the server ends it itself.
    await keeper.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = current_user',
      [name],
    )
    await keeper.query(`DROP DATABASE IF EXISTS ${name}`)
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}
