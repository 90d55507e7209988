import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/** More than any of this takes on a slow machine. */
const LIMIT_MS = 60_000
const MIGRATION = 'CREATE TABLE entries (id integer PRIMARY KEY)'
/** Where the processes of the server can be found by their parents and groups. */
const linux = process.platform === 'linux'
const child = join(import.meta.dirname, 'database-child.ts')

let project: string
let running: Child[]

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'ashlar-fault-'))
  chmodSync(project, 0o755)
  running = []
  mkdirSync(join(project, 'migrations'))
  writeFileSync(join(project, 'package.json'), '{ "name": "fault" }')
  writeFileSync(join(project, 'migrations', '0001_entries.sql'), MIGRATION)
})

afterEach(async () => {
  for (const { process } of running) process.kill('SIGKILL')
  await until(() => !serverRuns())
  rmSync(project, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
})

interface Child {
  readonly process: ChildProcess
  /** The next thing it says that `wanted` accepts. */
  next<T>(wanted: (said: unknown) => said is T): Promise<T>
  /** Everything it has said so far. */
  readonly said: unknown[]
}

function start(mode: 'write' | 'stay' | 'read', ...args: string[]): Child {
  const { DATABASE_URL: _url, NODE_ENV: _env, ...env } = process.env
  const launched = spawn(process.execPath, ['--conditions=ashlar-source', child, mode, ...args], {
    cwd: project,
    env,
    // A group of its own, as a terminal gives it one.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said: unknown[] = []
  let read = 0
  createInterface(launched.stdout).on('line', (line) => said.push(JSON.parse(line)))
  const next = async <T>(wanted: (value: unknown) => value is T): Promise<T> => {
    let found: unknown
    await until(() => {
      while (read < said.length) if (wanted((found = said[read++]))) return true
      return false
    })
    return found as T
  }
  const made = { process: launched, next, said }
  running.push(made)
  return made
}

interface Ready {
  ready: number
  applied: string[]
}
const isReady = (value: unknown): value is Ready => hasKey(value, 'ready')
const isSaved = (value: unknown): value is { saved: number } => hasKey(value, 'saved')
const isFailed = (value: unknown): value is { failed: number; code: string } => hasKey(value, 'failed')
const isAnswer = (value: unknown): value is { answered: number } => hasKey(value, 'answered')
const isList = (value: unknown): value is number[] => Array.isArray(value)
const isLeft = (value: unknown): value is 'left' => value === 'left'

function hasKey(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && key in value
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + LIMIT_MS
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('It did not happen in time.')
    await delay(5)
  }
}

const pidFile = (): string => join(project, '.ashlar', 'postgres', 'data', 'postmaster.pid')
const serverPid = (): number => Number(readFileSync(pidFile(), 'utf8').split('\n')[0])

/** Whether any process of the server is there: it, its children, its supervisor. */
function serverRuns(): boolean {
  if (!existsSync(pidFile())) return false
  try {
    process.kill(serverPid(), 0)
    return true
  } catch {
    return false
  }
}

async function saveSome(writer: Child, count: number): Promise<void> {
  for (let saved = 0; saved < count; saved += 1) await writer.next(isSaved)
}

/** Starts anew and expects every acknowledged row. */
async function expectNothingLost(writer: Child): Promise<void> {
  const reader = start('read')
  const present = new Set(await reader.next(isList))
  await reader.next(isLeft)
  const acknowledged = writer.said.filter(isSaved).map(({ saved }) => saved)
  expect(acknowledged.length).toBeGreaterThan(0)
  expect(acknowledged.filter((id) => !present.has(id))).toEqual([])
}

describe('no acknowledged row is lost and the next start recovers by itself', () => {
  test('after kill -9 of the app, whose server then stops by itself', async () => {
    const writer = start('write', '0')
    await saveSome(writer, 100)
    writer.process.kill('SIGKILL')
    await until(() => !existsSync(pidFile()))
    await expectNothingLost(writer)
  })

  test('after kill -9 of the server, which is started again under the running app', async () => {
    const writer = start('write', '0')
    await saveSome(writer, 100)
    process.kill(serverPid(), 'SIGKILL')
    const { code } = await writer.next(isFailed)
    expect(['database_unavailable', 'commit_outcome_unknown']).toContain(code)
    await saveSome(writer, 100)
    writer.process.kill('SIGKILL')
    await until(() => !existsSync(pidFile()))
    await expectNothingLost(writer)
  })

  test.runIf(linux)('after kill -9 of everything at once', async () => {
    const writer = start('write', '0')
    await saveSome(writer, 100)
    const server = serverPid()
    // The supervisor leads the server's process group.
    const supervisor = processGroupOf(server)
    process.kill(-supervisor, 'SIGKILL')
    writer.process.kill('SIGKILL')
    await until(() => !isThere(server))
    expect(existsSync(pidFile())).toBe(true)
    await expectNothingLost(writer)
  })
})

describe('a server is shared', () => {
  test('by eight processes that start together: one server, each migration once', async () => {
    const users = Array.from({ length: 8 }, () => start('stay'))
    const ready = await Promise.all(users.map((user) => user.next(isReady)))
    expect(ready.flatMap(({ applied }) => applied)).toEqual(['0001_entries.sql'])
    for (const user of users) user.process.stdin?.end()
    await Promise.all(users.map((user) => user.next(isAnswer)))
    await Promise.all(users.map((user) => user.next(isLeft)))
    expect(existsSync(pidFile())).toBe(false)
  })

  test('until the last user leaves', async () => {
    const [first, second] = [start('stay'), start('stay')]
    await Promise.all([first.next(isReady), second.next(isReady)])
    first.process.stdin?.end()
    await first.next(isLeft)
    expect(serverRuns()).toBe(true)
    second.process.stdin?.end()
    expect(await second.next(isAnswer)).toEqual({ answered: 1 })
    await second.next(isLeft)
    expect(existsSync(pidFile())).toBe(false)
  })

  test('also when the one that started it was killed', async () => {
    const starter = start('stay')
    await starter.next(isReady)
    const other = start('stay')
    await other.next(isReady)
    starter.process.kill('SIGKILL')
    const late = start('read')
    await late.next(isLeft)
    other.process.stdin?.end()
    expect(await other.next(isAnswer)).toEqual({ answered: 1 })
    await other.next(isLeft)
    expect(existsSync(pidFile())).toBe(false)
  })

  test('and Ctrl-C in the terminal reaches the app, which still has its database', async () => {
    const app = start('stay')
    await app.next(isReady)
    process.kill(-app.process.pid!, 'SIGINT')
    expect(await app.next(isAnswer)).toEqual({ answered: 1 })
    await app.next(isLeft)
  })
})

describe('what a kill leaves behind', () => {
  test.runIf(linux)('a server without its supervisor is taken over by the next user', async () => {
    const app = start('stay')
    await app.next(isReady)
    const supervisor = processGroupOf(serverPid())
    for (const pid of childrenOf(supervisor).filter((pid) => pid !== serverPid())) process.kill(pid, 'SIGKILL')
    process.kill(supervisor, 'SIGKILL')
    const next = start('read')
    await next.next(isLeft)
    app.process.kill('SIGKILL')
    await until(() => !existsSync(pidFile()))
  })

  test('a lock file that names a process of somebody else does not stop the start', async () => {
    const first = start('read')
    await first.next(isLeft)
    writeFileSync(pidFile(), `${process.pid}\n${dirname(pidFile())}\n`)
    const second = start('read')
    await second.next(isLeft)
  })
})

function isThere(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z'
  } catch {
    return false
  }
}

function processGroupOf(pid: number): number {
  // After the name: state, parent, group.
  return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2])
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}
