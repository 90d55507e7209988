import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from './postmaster.ts'

/** Longer than an initdb on a slow disk. */
const WAIT_LIMIT_MS = 60_000
const POLL_MS = 10

/**
 * Runs `work` while no other process does. That a cluster has one server is PostgreSQL's own guarantee; this only keeps those who
 * start together from all trying, so a lock whose holder was killed may be taken over by a simple look at the process.
 */
export async function withStartLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + WAIT_LIMIT_MS
  while (!tryLock(path)) {
    if (!clearIfAbandoned(path)) await delay(POLL_MS)
    if (performance.now() > deadline) {
      throw new Error(
        `Another process has been starting the embedded database for ${WAIT_LIMIT_MS / 1000} s: ${path} names it. End it, or remove that file.`,
      )
    }
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

/** A link appears with its content, so nobody reads a lock without its holder. */
function tryLock(path: string): boolean {
  const draft = `${path}.${process.pid}.${performance.now()}`
  writeFileSync(draft, identity(process.pid))
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(draft)
  }
}

function clearIfAbandoned(path: string): boolean {
  const holder = read(path)
  if (holder === undefined) return true
  const pid = Number(holder.split(' ', 1)[0])
  if (isAlive(pid) && identity(pid) === holder) return false
  const aside = `${path}.${process.pid}.abandoned`
  try {
    renameSync(path, aside)
    // Somebody was quicker, and this is the new holder's: put it back.
    if (read(aside) !== holder) linkSync(aside, path)
    rmSync(aside)
  } catch {
    // Taken over by another process in between.
  }
  return true
}

/** A process id and when that process began, where the system tells: ids are used again, in containers at once. */
function identity(pid: number): string {
  const stat = process.platform === 'linux' ? read(`/proc/${pid}/stat`) : undefined
  // The process name, in parentheses, may hold spaces; the start time is the 20th field after it.
  return `${pid} ${stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
