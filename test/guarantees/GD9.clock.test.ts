import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { sessionsApp } from '../../src/auth/sessions/sessions.fixture.ts'
import { measured } from '../faults/goals.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const STEPS = [HOUR_MS, -HOUR_MS, DAY_MS, -DAY_MS] as const
const secret = randomBytes(32)

/** A process whose wall clock can be set while it runs; its monotonic clock goes on. */
interface Clock {
  readonly child: ChildProcess
  readonly url: string
  /** So far from the true time. */
  set(offMs: number): Promise<void>
  end(): void
}

type Start = () => Promise<Clock>

async function forked(env: Readonly<Record<string, string>>): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(fileURLToPath(new URL('clock-process.main.ts', import.meta.url)), {
    execArgv: ['--conditions=ashlar-source'],
    env: { ...process.env, CLOCK_SECRET: secret.toString('base64url'), ...env },
  })
  const [port] = (await once(child, 'message')) as [number]
  return { child, url: `http://127.0.0.1:${port}` }
}

const byMessages: Start = async () => {
  const { child, url } = await forked({})
  return {
    child,
    url,
    set: async (offMs) => {
      const stepped = once(child, 'message')
      child.send(offMs)
      await stepped
    },
    end: () => void child.kill('SIGKILL'),
  }
}

const [LIBRARY] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')

/** The clock of the system itself, as far as the process can tell. */
const byLibrary: Start = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-clock-'))
  const file = join(folder, 'offset')
  const write = (offMs: number): void => {
    writeFileSync(`${file}.new`, `${offMs < 0 ? '' : '+'}${offMs / 1000}\n`)
    renameSync(`${file}.new`, file)
  }
  write(0)
  const { child, url } = await forked({
    LD_PRELOAD: LIBRARY!,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  })
  const end = (): void => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  return { child, url, set: (offMs) => Promise.resolve(write(offMs)), end }
}

interface Times {
  readonly fromMs?: number
  readonly untilMs: number
}

function signed({ fromMs, untilMs }: Times): Promise<string> {
  const seconds = (ms: number): number => Math.floor((Date.now() + ms) / 1000)
  const jwt = new SignJWT({ sub: 'ada', ...(fromMs !== undefined && { nbf: seconds(fromMs) }) })
  return jwt
    .setExpirationTime(seconds(untilMs))
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .sign(new TextEncoder().encode(secret.toString('base64url')))
}

if (LIBRARY === undefined)
  console.log('Skipped: the clock of the system, since there is no libfaketime (Debian: faketime).')

const ways = LIBRARY === undefined ? 'Date' : 'Date and libfaketime'
const outcomes = { held: 0, failed: 0 }
afterEach(({ task }) => {
  outcomes[(task.result?.errors ?? []).length === 0 ? 'held' : 'failed'] += 1
})
afterAll(() => {
  const { held, failed } = outcomes
  measured('clock stepped', `${held} of ${held + failed} promises held, by ${ways}`, held > 0 && failed === 0)
})

describe.each([
  { way: 'what Date says', start: byMessages, there: true },
  { way: 'the clock of the system', start: byLibrary, there: LIBRARY !== undefined },
])('$way, set by an hour and by a day, forward and back', ({ start, there }) => {
  let clock: Clock
  beforeAll(async () => {
    if (there) clock = await start()
  })
  afterEach(() => (there ? clock.set(0) : undefined))
  afterAll(() => clock?.end())
  const statusOf = async (path: string, token?: string): Promise<number> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return (await fetch(clock.url + path, { headers })).status
  }
  /** The status at each setting of the clock, each after the time was right again. */
  const statuses = async (path: string, token?: string): Promise<readonly number[]> => {
    const found: number[] = []
    for (const step of STEPS) {
      await clock.set(step)
      found.push(await statusOf(path, token))
      await clock.set(0)
    }
    return found
  }

  test.runIf(there)('is set', async () => {
    for (const step of STEPS) {
      await clock.set(step)
      const now = Number(await (await fetch(`${clock.url}/now`)).text())
      expect(Math.round((now - Date.now()) / 60_000)).toBe(step / 60_000)
    }
  })

  test.runIf(there)('a token that has ended stays ended, remembered or not', async () => {
    const fresh = await signed({ untilMs: 2_000 })
    expect(await statusOf('/me', fresh)).toBe(200)
    await clock.set(-HOUR_MS)
    await expect.poll(() => statusOf('/me', fresh), { timeout: 10_000, interval: 200 }).toBe(401)
    const ended = await signed({ untilMs: -10_000 })
    expect([await statuses('/me', fresh), await statuses('/me', ended)]).toEqual([
      [401, 401, 401, 401],
      [401, 401, 401, 401],
    ])
  })

  test.runIf(there)('a token that a wrong clock has let in is let in no longer than it is wrong', async () => {
    const later = await signed({ fromMs: HOUR_MS / 2, untilMs: 2 * HOUR_MS })
    expect(await statusOf('/me', later)).toBe(401)
    await clock.set(HOUR_MS)
    expect(await statusOf('/me', later)).toBe(200)
    await clock.set(0)
    expect(await statusOf('/me', later)).toBe(401)
  })

  test.runIf(there)('a token that was issued by a wrong clock holds no longer for it', async () => {
    await clock.set(DAY_MS)
    const token = await (await fetch(`${clock.url}/issue`)).text()
    expect(await statusOf('/me', token)).toBe(200)
    await clock.set(0)
    expect(await statusOf('/me', token)).toBe(401)
    await clock.set(-DAY_MS)
    expect(await statusOf('/me', token)).toBe(401)
    // Issued while it is behind: by the time before, and as good as any.
    const behind = await (await fetch(`${clock.url}/issue`)).text()
    await clock.set(0)
    expect(await statusOf('/me', behind)).toBe(200)
  })

  test.runIf(there)('a limit that is used up stays so, and what is kept is neither old nor new by it', async () => {
    for (let calls = 0; calls < 3; calls += 1) expect(await statusOf('/limited')).toBe(200)
    expect(await statuses('/limited')).toEqual([429, 429, 429, 429])
    const kept = await (await fetch(`${clock.url}/kept`)).text()
    for (const step of STEPS) {
      await clock.set(step)
      expect(await (await fetch(`${clock.url}/kept`)).text()).toBe(kept)
    }
  })

  test.runIf(there)(
    'time limits are of another clock: what is in time is answered, what hangs is not waited for',
    async () => {
      for (const step of STEPS) {
        const working = once(clock.child, 'message')
        const brief = statusOf('/brief')
        await working
        await clock.set(step)
        expect([step, await brief]).toEqual([step, 200])
        await clock.set(0)
      }
      for (const step of STEPS) {
        const working = once(clock.child, 'message')
        const hanging = statusOf('/hanging')
        await working
        await clock.set(step)
        expect([step, await hanging]).toEqual([step, 503])
        await clock.set(0)
      }
    },
  )
})

describe('a session whose time is over', () => {
  let app: Awaited<ReturnType<typeof sessionsApp>>
  beforeAll(async () => {
    app = await sessionsApp()
  })
  afterEach(() => void vi.useRealTimers())
  afterAll(() => app?.t.stop())

  test('is over, although the process remembers it and its clock was set back', async () => {
    await app.user('clock@example.com')
    const { cookies, body } = await app.logIn('clock@example.com', 'session')
    await app.query(sql`update auth_sessions set expires_at = now() + interval '2 s' where id = ${body['sessionId']}`)
    const status = async (): Promise<number> => (await app.call('/test/me', { cookies })).status
    expect(await status()).toBe(200)
    vi.useFakeTimers({ now: Date.now() - HOUR_MS, toFake: ['Date'] })
    await expect.poll(status, { timeout: 10_000, interval: 200 }).toBe(401)
  })
})

/** Where a clock that can be set is asked, and why. */
const WALL_CLOCK: Readonly<Record<string, string>> = {
  'src/core/clock.ts': 'the one place where it becomes a time to decide by',
  'src/auth/attempts/limiters.ts': 'removes rows of a library that writes them by this clock',
  'src/client/retry.ts': 'compares it with a date that a server has sent',
}

test('nothing else in the package measures or decides by a clock that can be set', () => {
  const sources = globSync('src/**/*.ts').filter((file) => !/\.test(-d)?\.ts$|\.fixture\.ts$|\/test\//.test(file))
  const asking = sources.filter((file) =>
    /\bDate\.now\(|\bnew Date\(\)(?!\.toISOString)/.test(readFileSync(file, 'utf8')),
  )
  expect(asking.toSorted()).toEqual(Object.keys(WALL_CLOCK).toSorted())
})
