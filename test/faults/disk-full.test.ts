import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { notMeasured } from './goals.ts'
import { Load } from './load.ts'
import { ordinaryApp } from './ordinary-app.ts'
import { ownPostgres } from './own-postgres.ts'
import { mayMount, mountMemory, unmount } from './programs.ts'
import { DATABASE_CODES, expectSurvived, refusedSome } from './survival.ts'

const LIMIT_MS = 120_000
/** A new cluster, the log it writes ahead, and a little. */
const MEBIBYTES = 160

const folder = mkdtempSync(join(tmpdir(), 'ashlar-full-'))
const mountable = mayMount(folder)
if (!mountable) {
  rmSync(folder, { recursive: true })
  notMeasured('disk full', 'this process may not mount a small file system')
}

test.skipIf(!mountable)(
  "a full disk of the database's: what writes is refused and says when to come back; with room again it goes on, and all that was acknowledged is there",
  { timeout: LIMIT_MS },
  async () => {
    mountMemory(folder, MEBIBYTES)
    const postgres = await ownPostgres({ folder })
    const app = await ordinaryApp({ databaseUrl: postgres.url })
    const load = new Load(app.port)
    try {
      await load.more(200)
      const filler = fill(join(folder, 'filler'))
      await refusedSome(load, 50)
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
      expect(await statusOfRead(app.port)).toSatisfy((status: number) => status === 200 || status === 503)
      rmSync(filler)
      // Without room for the log that it writes ahead a server ends itself; who runs it starts it again.
      if (!postgres.isRunning) await postgres.start()
      const recoveriesMs = [await load.recoveredAfter(performance.now())]
      await expectSurvived('disk full', { app, load, postgres, recoveriesMs, codes: DATABASE_CODES })
    } finally {
      await load.stop()
      await app.remove()
      await postgres.stop('immediate')
      unmount(folder)
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

async function statusOfRead(port: number): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}/api/items?limit=5`)).status
}

/** Takes what is left, to the last block. */
function fill(file: string): string {
  const descriptor = openSync(file, 'w')
  for (const size of [1_048_576, 4_096]) {
    const block = Buffer.alloc(size)
    try {
      for (;;) writeSync(descriptor, block)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
  fsyncSync(descriptor)
  closeSync(descriptor)
  return file
}
