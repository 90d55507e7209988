import { hkdfSync, randomBytes } from 'node:crypto'
import type { Pool } from 'pg'

const BYTES = 32
const MIN_SECRET = 32
const CREATE = 'CREATE TABLE IF NOT EXISTS public.ashlar_keys (name text PRIMARY KEY, key bytea NOT NULL)'
const READ = "SELECT key FROM public.ashlar_keys WHERE name = 'signing'"
const UNDEFINED_TABLE = '42P01'

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

async function readKey(pool: Pick<Pool, 'query'>): Promise<Uint8Array | undefined> {
  try {
    const { rows } = await pool.query<{ key: Buffer }>(READ)
    return rows[0]?.key
  } catch (error) {
    if ((error as { readonly code?: string }).code === UNDEFINED_TABLE) return undefined
    throw error
  }
}

async function makeKey(pool: Pick<Pool, 'query'>): Promise<Uint8Array> {
  try {
    await pool.query(CREATE)
  } catch (cause) {
    // Two processes that make it at once: the other one's is there now. Anything else shows below.
    const made = await readKey(pool)
    if (made !== undefined) return made
    if (
      (cause as { readonly code?: string }).code !== '42501' &&
      (cause as { readonly code?: string }).code !== '23505'
    )
      throw cause
    if ((cause as { readonly code?: string }).code === '42501') throw new Error(NO_RIGHT, { cause })
  }
  await pool.query("INSERT INTO public.ashlar_keys (name, key) VALUES ('signing', $1) ON CONFLICT DO NOTHING", [
    randomBytes(BYTES),
  ])
  const key = await readKey(pool)
  if (key === undefined) throw new Error('The signing key was written to public.ashlar_keys, and is not there.')
  return key
}

const NO_RIGHT =
  "Lists need a key to seal their cursors, and the app's role may not make the table public.ashlar_keys for it. Set ASHLAR_SECRET to at least 32 random " +
  'characters, the same for all processes, or apply the migrations with a role that may create tables.'
