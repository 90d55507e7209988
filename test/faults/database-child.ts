// A process of an app with an embedded database, for `database.test.ts` to run, kill and read from: one JSON value per line.
import { once } from 'node:events'
import { sql } from 'drizzle-orm'
import { database } from 'ashlar/data'

const db = database({ migrations: 'migrations' })

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** Says the id of each row once it is committed. Goes on when the database fails, as an app does with its next request. */
async function write(first: number): Promise<void> {
  for (let id = first; ; id += 1) {
    const code = await db
      .run((tx) => tx.execute(sql`INSERT INTO entries (id) VALUES (${id})`))
      .then(() => undefined)
      .catch((error: unknown) => db.translateError(error)?.code ?? (error as { code?: string }).code ?? String(error))
    say(code === undefined ? { saved: id } : { failed: id, code })
  }
}

/** Stays until its input ends or it is interrupted; then still writes, and leaves. */
async function stay(interrupted: Promise<unknown>): Promise<void> {
  await Promise.race([interrupted, once(process.stdin.resume(), 'end')])
  const { rows } = await db.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  say({ answered: rows.length })
}

const [mode, first] = process.argv.slice(2)
const applied = await db.migrate()
await db.start()
// Before it says that it is ready: from then on it may be interrupted.
const interrupted = mode === 'stay' ? once(process, 'SIGINT') : undefined
say({ ready: process.pid, applied })
if (mode === 'write') await write(Number(first))
if (interrupted !== undefined) await stay(interrupted)
if (mode === 'read')
  say((await db.pool.query<{ id: number }>('SELECT id FROM entries ORDER BY id')).rows.map(({ id }) => id))
await db.stop()
say('left')
process.exit()
