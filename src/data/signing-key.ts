import { hkdfSync, randomBytes } from 'node:crypto'
import { Client, type Pool } from 'pg'
import { connectionLost } from './translate-error.ts'

const BYTES = 32
const MIN_SECRET = 32
const CREATE = 'CREATE TABLE IF NOT EXISTS public.ashlar_keys (name text PRIMARY KEY, key bytea NOT NULL)'
const READ = "SELECT key FROM public.ashlar_keys WHERE name = 'signing'"
const INSERT = "INSERT INTO public.ashlar_keys (name, key) VALUES ('signing', $1) ON CONFLICT DO NOTHING"
const UNDEFINED_TABLE = '42P01'
/** What CREATE TABLE IF NOT EXISTS says where two of them run side by side. */
const MADE_AT_ONCE = ['23505', '42P07', '42710']

/**
 * The key that seals what callers carry for the app, such as cursors: the same in all its processes, and after a restart. Derived of the
 * secret, or kept in the database, where the first process puts a random one.
 *
 * @throws RangeError for a secret of less than 32 characters.
 */
export async function signingKey(pool: Pick<Pool, 'query'>, secret = process.env.ASHLAR_SECRET): Promise<Uint8Array> {
  if (secret === undefined || secret === '') return (await readKey(pool)) ?? makeKey(pool)
  if (secret.length < MIN_SECRET) {
    throw new RangeError(`ASHLAR_SECRET has ${secret.length} characters; give it at least ${MIN_SECRET} random ones.`)
  }
  return new Uint8Array(hkdfSync('sha256', secret, '', 'ashlar signing key', BYTES))
}

/** Not one of the pool's: those may all be held by transactions that wait for this. */
export async function keyOnOwnConnection(url: string): Promise<Uint8Array> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  try {
    await client.connect()
    return await signingKey(client)
  } catch (error) {
    throw connectionLost(error) ?? error
  } finally {
    client.end().catch(() => {})
  }
}

async function readKey(pool: Pick<Pool, 'query'>): Promise<Uint8Array | undefined> {
  try {
    const { rows } = await pool.query<{ key: Buffer }>(READ)
    return rows[0]?.key
  } catch (error) {
    if (stateOf(error) === UNDEFINED_TABLE) return undefined
    throw readable(error)
  }
}

async function makeKey(pool: Pick<Pool, 'query'>): Promise<Uint8Array> {
  try {
    await pool.query(CREATE)
  } catch (error) {
    // Another process makes it at the same time: it is there now, with a key or not yet.
    if (!MADE_AT_ONCE.includes(stateOf(error) ?? '')) throw readable(error)
  }
  try {
    await pool.query(INSERT, [randomBytes(BYTES)])
  } catch (error) {
    throw readable(error)
  }
  const key = await readKey(pool)
  if (key === undefined) throw new Error('The signing key was written to public.ashlar_keys, and is not there.')
  return key
}

function stateOf(error: unknown): string | undefined {
  return (error as { readonly code?: string }).code
}

/** What the app's role may not do, or nobody can on this server. */
function readable(error: unknown): unknown {
  const why = REFUSALS[stateOf(error) ?? '']
  return why === undefined ? error : new Error(`${why} ${REMEDY}`, { cause: error })
}

const REFUSALS: Readonly<Record<string, string>> = {
  '42501':
    "Lists need a key to seal their cursors, and the app's role may not make, read or write its table public.ashlar_keys.",
  '3F000': 'Lists need a key to seal their cursors, and there is no schema "public" for its table ashlar_keys.',
  '25006': 'Lists need a key to seal their cursors, and the database takes no writes, so that none can be put there.',
}

const REMEDY =
  'Set ASHLAR_SECRET to at least 32 random characters, the same for all processes. Or let the role that owns the database make it: ' +
  `${CREATE}; and grant the app's role SELECT and INSERT on it.`
