import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { canReach, serverOwner, type Owner } from './owner.ts'
import type { Project } from './project.ts'

/** One embedded server: where its files are, and how careful it is. */
export interface Instance {
  readonly project: Project
  readonly directory: string
  /** The cluster itself, PGDATA. */
  readonly data: string
  /** One file per user of the server, written by the supervisor. */
  readonly users: string
  /** What each user holds open: a named pipe (see `supervisor.ts`), or on Windows a socket. */
  readonly lease: string
  readonly lock: string
  readonly log: string
  /** How to reach the server, written by who starts it. */
  readonly endpoint: string
  readonly durable: boolean
  /** Windows: reached by the loopback address and a password. Everywhere else by a unix socket, with no network port. */
  readonly loopback: boolean
  readonly owner: Owner | undefined
}

/** Where an embedded server keeps its data, and how carefully. */
export interface InstanceOptions {
  /** Default `.ashlar/postgres`, or `.ashlar/postgres-test` where it is not durable. Relative to the project. */
  readonly directory?: string
  /** Default `true`. `false` gives up crash safety for speed: for tests. */
  readonly durable?: boolean
}

/** Where a root process cannot use the project's own folder: the server's user may not pass through `/root`. */
const SHARED_STATE = '/var/lib/ashlar'

export function instanceIn(
  project: Project,
  options: InstanceOptions = {},
  loopback = process.platform === 'win32',
): Instance {
  const durable = options.durable ?? true
  const owner = serverOwner(project.root)
  const wanted = resolve(project.root, options.directory ?? join('.ashlar', durable ? 'postgres' : 'postgres-test'))
  const directory = owner === undefined || reachable(wanted, owner) ? wanted : join(SHARED_STATE, shortHash(wanted))
  return {
    project,
    directory,
    data: join(directory, 'data'),
    users: join(directory, 'users'),
    lease:
      process.platform === 'win32'
        ? `\\\\.\\pipe\\ashlar-${shortHash(directory)}`
        : join(directory, loopback ? 'lease.sock' : 'lease'),
    lock: join(directory, 'start.lock'),
    log: join(directory, 'server.log'),
    endpoint: join(directory, 'endpoint.json'),
    durable,
    loopback,
    owner,
  }
}

function reachable(directory: string, owner: Owner): boolean {
  let existing = directory
  while (!existsSync(existing)) existing = dirname(existing)
  return existing === directory ? canReach(directory, owner) : canReach(join(existing, '_'), owner)
}

const MOVED = (directory: string): string =>
  `The embedded database of this project is in ${directory}: it was started by root, PostgreSQL does not run as root, and the user it ` +
  'runs as may not enter this folder.\n'

/** Makes the instance's folders. Safe to call at any time, by several processes at once. */
export function prepare(instance: Instance): void {
  const { directory, project, owner } = instance
  try {
    const state = stateFolder(project)
    if (dirname(directory) === SHARED_STATE) writeFileSync(join(state, 'where.txt'), MOVED(directory))
    mkdirSync(dirname(directory), { recursive: true, mode: 0o755 })
    privateFolder(directory, owner)
    privateFolder(instance.users, owner)
  } catch (error) {
    throw unwritable(error as NodeJS.ErrnoException) ?? error
  }
}

/** The project's `.ashlar` folder. Where root makes it, it is the project owner's all the same, who will put more into it. */
function stateFolder({ root }: Project): string {
  const state = join(root, '.ashlar')
  const { uid, gid } = statSync(root)
  const owner = process.geteuid?.() === 0 ? { uid, gid } : undefined
  // Whatever the umask: the server's user must pass through it.
  if (mkdirSync(state, { recursive: true }) !== undefined) {
    chmodSync(state, 0o755)
    give(state, owner)
  }
  const ignored = join(state, '.gitignore')
  if (!existsSync(ignored)) {
    writeFileSync(ignored, '*\n')
    give(ignored, owner)
  }
  return state
}

function unwritable(error: NodeJS.ErrnoException): Error | undefined {
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].includes(error.code ?? '')) return undefined
  return new Error(
    `The embedded database cannot write to ${error.path ?? 'its folder'} (${error.code}). Let this user write there, name another folder with ` +
      'database({ embedded: { directory } }), or set DATABASE_URL to a server of your own.',
    { cause: error },
  )
}

/** PostgreSQL cannot bind a longer path: 107 bytes on Linux, 103 on macOS. */
const MAX_SOCKET_PATH_BYTES = 103

/** The private folder of the server's socket: in the instance, or where that path is too long under the temporary folder. */
export function socketFolder(instance: Instance): string {
  const own = join(instance.directory, 'run')
  const fits = Buffer.byteLength(join(own, '.s.PGSQL.5432')) <= MAX_SOCKET_PATH_BYTES
  const folder = fits ? own : join(tmpdir(), `ashlar-${shortHash(instance.directory)}`)
  privateFolder(folder, instance.owner)
  return folder
}

/** Makes a folder only its owner can enter; refuses one that somebody else made first. */
function privateFolder(folder: string, owner: Owner | undefined): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const found = lstatSync(folder)
  const allowed = [process.geteuid?.() ?? found.uid, owner?.uid]
  if (found.isDirectory() && allowed.includes(found.uid)) return give(folder, owner)
  throw new Error(
    `The embedded database needs the folder ${folder} for itself, and it belongs to another user (uid ${found.uid}). ` +
      'Remove it, run as that user, or set DATABASE_URL to a server of your own.',
  )
}

/** Hands a file to the user the server runs as. */
export function give(path: string, owner: Owner | undefined): void {
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid)
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
