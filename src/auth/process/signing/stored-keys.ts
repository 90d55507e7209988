import { gt, isNull, lte, or, sql } from 'drizzle-orm'
import { clockNow } from '../../../core/clock.ts'
import type { Transaction } from '../../../data/drizzle.ts'
import type { Aside } from '../../core/aside.ts'
import type { AccountsProcess } from '../../core/services.ts'
import type { AccountTables } from '../../tables/account-tables.ts'
import { asymmetricKey, generateSigningKey, privateKeyOf, privateKeyText, type SigningKey } from './signing-key.ts'

export interface StoredKeysParts extends Pick<AccountsProcess, 'seal' | 'open'> {
  readonly tables: Pick<AccountTables, 'authSigningKeys'>
  readonly algorithm: 'EdDSA' | 'ES256'
  readonly rotateAfterDays: number
  readonly tokenSeconds: number
  readonly aside: Aside
}

export interface StoredKey extends SigningKey {
  /** In milliseconds since the epoch, by the database's clock. */
  readonly signsFrom: number
}

/** Before a key signs, every process and whoever fetches the JWK Set must have had the time to read it. */
const PUBLISHED_BEFORE_SECONDS = 3_600
const CLOCKS_SECONDS = 300
/** Of the advisory lock: two processes that start at once make one key. */
const LOCK = 0x61_73_68_6b

/** Reads the keys that hold, oldest first; the first process makes the first, and whoever finds the newest old the next. */
export async function readSigningKeys(parts: StoredKeysParts): Promise<readonly StoredKey[]> {
  const rows = await parts.aside.run((tx) => liveRows(tx, parts))
  if (!isKeyDue(rows, parts)) return openKeys(rows, parts)
  const fresh = await newKeyRow(parts)
  return openKeys(await parts.aside.run((tx) => addKey(tx, parts, fresh)), parts)
}

type Row = AccountTables['authSigningKeys']['$inferSelect'] & { readonly age: number }

/** With the age of each in seconds, by the clock that wrote it: negative until it signs. */
function liveRows(tx: Transaction, { tables: { authSigningKeys: table } }: StoredKeysParts): Promise<Row[]> {
  return tx
    .select({
      kid: table.kid,
      algorithm: table.algorithm,
      publicKey: table.publicKey,
      privateKey: table.privateKey,
      createdAt: table.createdAt,
      signsFrom: table.signsFrom,
      retiresAt: table.retiresAt,
      age: sql`extract(epoch from now() - ${table.signsFrom})::float8`.mapWith(Number),
    })
    .from(table)
    .where(or(isNull(table.retiresAt), gt(table.retiresAt, sql`now()`)))
    .orderBy(table.signsFrom, table.kid)
}

function isKeyDue(rows: readonly Row[], { algorithm, rotateAfterDays }: StoredKeysParts): boolean {
  const newest = rows.at(-1)
  // While versions of an app with different algorithms run side by side, the keys of both hold.
  if (newest?.algorithm !== algorithm) return !rows.some((row) => row.algorithm === algorithm)
  return newest.age > Math.max(rotateAfterDays * 86_400 - PUBLISHED_BEFORE_SECONDS, PUBLISHED_BEFORE_SECONDS)
}

async function newKeyRow({ algorithm, seal }: StoredKeysParts) {
  const key = generateSigningKey(algorithm)
  const { kid, jwk } = await asymmetricKey(key, algorithm)
  return { kid: kid!, algorithm, publicKey: jwk!, privateKey: await seal(privateKeyText(key), contextOf(kid!)) }
}

/** Of several that find it due, the first puts its own there, and the others take that. */
async function addKey(
  tx: Transaction,
  parts: StoredKeysParts,
  fresh: Awaited<ReturnType<typeof newKeyRow>>,
): Promise<readonly Row[]> {
  const { authSigningKeys: table } = parts.tables
  await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`)
  const rows = await liveRows(tx, parts)
  if (!isKeyDue(rows, parts)) return rows
  const signsIn = rows.length === 0 ? 0 : PUBLISHED_BEFORE_SECONDS
  const retiresIn = signsIn + parts.tokenSeconds + CLOCKS_SECONDS
  await tx.delete(table).where(lte(table.retiresAt, sql`now()`))
  await tx
    .update(table)
    .set({ retiresAt: inSeconds(retiresIn) })
    .where(isNull(table.retiresAt))
  await tx.insert(table).values({ ...fresh, signsFrom: inSeconds(signsIn) })
  return liveRows(tx, parts)
}

function inSeconds(seconds: number) {
  return sql`now() + make_interval(secs => ${seconds})`
}

function openKeys(rows: readonly Row[], { open }: StoredKeysParts): Promise<StoredKey[]> {
  return Promise.all(
    rows.map(async ({ kid, algorithm, privateKey, age }) => {
      const text = await open(privateKey, contextOf(kid)).catch((cause: Error) => {
        throw new Error(`The signing key ${kid} cannot be read. ${cause.message} ${OTHER_SECRET}`, { cause })
      })
      // The column holds what was written above: the one algorithm or the other.
      const key = await asymmetricKey(privateKeyOf(text), algorithm as StoredKeysParts['algorithm'])
      return { ...key, signsFrom: clockNow() - age * 1000 }
    }),
  )
}

const OTHER_SECRET =
  'Give the former one back; or, where it is lost, delete the rows of auth_signing_keys: the app makes another key, and access tokens that are out are refused.'

function contextOf(kid: string): string {
  return `signing key ${kid}`
}
