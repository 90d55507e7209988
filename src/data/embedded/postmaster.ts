import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Instance } from './instance.ts'

/** A fast shutdown writes a checkpoint; a slow disk may take its time. */
const STOP_LIMIT_MS = 30_000
const POLL_MS = 5

export function postmasterFile({ data }: Instance): string {
  return join(data, 'postmaster.pid')
}

/**
 * Ends a server that runs without a supervisor, because its users have gone and it is stopping, or because the supervisor was killed.
 * Only under the start lock. Resolves to whether the last server was killed.
 */
export async function clearLeftovers(instance: Instance, socketFolder: string): Promise<boolean> {
  const file = postmasterFile(instance)
  const deadline = performance.now() + STOP_LIMIT_MS
  for (let pid = postmasterPid(file); pid !== undefined && isPostmaster(pid, instance); pid = postmasterPid(file)) {
    // SIGINT is PostgreSQL's fast shutdown; to a server that is stopping already it changes nothing.
    signal(pid, 'SIGINT')
    if (performance.now() > deadline) {
      throw new Error(
        `A server is still running in ${instance.data} (process ${pid}) and does not stop. End it, then start again.`,
      )
    }
    await delay(POLL_MS)
  }
  rmSync(join(socketFolder, SOCKET_LOCK), { force: true })
  if (!existsSync(file)) return false
  disown(file)
  return true
}

const SOCKET_LOCK = '.s.PGSQL.5432.lock'
/** Above what any system gives out. */
const NO_PROCESS = 2_147_483_646

/**
 * PostgreSQL takes over a dead server's lock file itself, except where that process id is in use again, or its process was never reaped, as
 * in most containers. So the id is made one that cannot be. The file stays: by the rest of it the new server finds out
 * whether a process of the old one is still writing, and refuses to start before that has ended.
 */
function disown(file: string): void {
  const [, ...rest] = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, [NO_PROCESS, ...rest].join('\n'))
}

export function postmasterPid(file: string): number | undefined {
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0])
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

/** Whether the process is alive and really the server of this cluster: ids are used again. */
function isPostmaster(pid: number, { data }: Instance): boolean {
  if (!isAlive(pid)) return false
  try {
    // A server's working directory is its cluster. A dead process nobody has reaped yet has none.
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data)
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(data)
  } catch {
    return false
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Gone in between.
  }
}
