import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PROGRAMS = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer']

export const pgbouncerProgram = PROGRAMS.find((path) => existsSync(path))

export interface Pgbouncer {
  /** Of the same database, through the pooler. */
  readonly url: string
  stop(): Promise<void>
}

/** By convention. */
const NOBODY = { uid: 65_534, gid: 65_534 }

/** A pooler in transaction mode in front of a server, with two connections to it, on a socket of its own. */
export async function startPgbouncer(target: string): Promise<Pgbouncer> {
  const { username, pathname, hostname, port: given, searchParams } = new URL(target)
  const socket = searchParams.get('host')
  const [host, port] = [socket ?? hostname, given === '' ? '5432' : given]
  const database = pathname.slice(1)
  // The server's socket is for its owner alone, and pgbouncer refuses to run as root.
  const { uid, gid } = socket === null ? NOBODY : statSync(join(socket, `.s.PGSQL.${port}`))
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-pgbouncer-'))
  const config = join(folder, 'pgbouncer.ini')
  writeFileSync(
    config,
    `[databases]
${database} = host=${host} port=${port} dbname=${database} user=${username}
[pgbouncer]
listen_port = 6432
unix_socket_dir = ${folder}
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
`,
  )
  for (const path of [folder, config]) chownSync(path, uid, gid)
  const child = spawn(pgbouncerProgram ?? 'pgbouncer', [config], { uid, gid, stdio: ['ignore', 'ignore', 'pipe'] })
  await upAndRunning(child.stderr)
  return {
    url: `postgres://${username}@localhost:6432/${database}?host=${encodeURIComponent(folder)}`,
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}

function upAndRunning(log: NodeJS.ReadableStream): Promise<void> {
  let said = ''
  return new Promise((resolve, reject) => {
    // Read to the end, so that it never waits for a reader.
    log.on('data', (chunk) => {
      said += String(chunk)
      if (said.includes('process up')) resolve()
    })
    log.on('end', () => reject(new Error(`pgbouncer did not start: ${said}`)))
  })
}
