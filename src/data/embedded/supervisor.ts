import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { serverEnvironment } from './cluster.ts'
import type { Endpoint } from './endpoint.ts'
import { give, type Instance } from './instance.ts'
import { makePipe, openBothEnds } from './lease-pipe.ts'
import { serverSettings, type Settings } from './settings.ts'

/**
 * The supervisor: a shell of 1 MB that runs the server and reads a named pipe. Every user of the server holds the pipe open for
 * writing, and the kernel closes it for those that end, kill -9 included. So the end of the pipe is the exact moment when the last
 * user has gone: no polling, no process ids that may mean somebody else. A server that died of a signal is started again. The reader
 * writes with `true`, since `:` ends a shell that cannot write (POSIX 2.8.1), and with it would go the watch over the server.
 */
const SCRIPT = `
users=$1; restarts=$2; shift 2
main=$$
exec 3<&0 </dev/null
( while read -r user; do true > "$users/$user"; done; kill -TERM "$main" ) <&3 3<&- &
reader=$!
exec 3<&-
stopping=; server=
trap 'stopping=1; [ -n "$server" ] && kill -INT "$server" 2>/dev/null' TERM
while :; do
  "$@" & server=$!
  [ -n "$stopping" ] && kill -INT "$server"
  wait "$server"; code=$?
  # Again and again: a server in its first milliseconds ignores it.
  if [ -n "$stopping" ]; then while kill -INT "$server" 2>/dev/null; do sleep 0.05; done; exit 0; fi
  if [ "$restarts" -eq 0 ] && [ "$code" -le 128 ]; then break; fi
  if [ "$code" -eq 0 ] || [ "$restarts" -ge 100 ]; then break; fi
  restarts=$((restarts + 1)); server=
  sleep 0.1
done
kill "$reader" 2>/dev/null
exit "$code"
`

interface Supervisor {
  /** `true` once it has ended, which before the first lease means that the server did not start. */
  hasEnded(): boolean
  /** Gives up the starter's own hold, once it has a lease. */
  detach(): void
}

/** Starts the server in a session of its own, so that Ctrl-C in the terminal reaches the app and not the database. */
export function supervise(instance: Instance, binaries: Binaries, endpoint: Endpoint, afterKill: boolean): Supervisor {
  const settings = serverSettings(instance, endpoint)
  return instance.loopback ? byProgram(instance, binaries, settings) : byShell(instance, binaries, settings, afterKill)
}

function byShell(instance: Instance, { postgres }: Binaries, settings: Settings, afterKill: boolean): Supervisor {
  makePipe(instance)
  const { reader, writer } = openBothEnds(instance.lease)
  const log = openLog(instance)
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // After a kill the first attempts may fail: processes of the old server are still ending.
  const supervisor = ['-c', SCRIPT, 'ashlar-postgres', instance.users, afterKill ? '1' : '0']
  const child = launch(
    instance,
    ['/bin/sh', ...supervisor, postgres, '-D', instance.data, ...options],
    [reader, log, log],
  )
  closeSync(reader)
  closeSync(log)
  return watch(child, () => closeSync(writer))
}

const PROGRAM = join(import.meta.dirname, `supervisor-program${extname(import.meta.filename)}`)

function byProgram(instance: Instance, { pgCtl }: Binaries, settings: Settings): Supervisor {
  // In a file, because the quoting of a command line differs between systems.
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
  writeFileSync(join(instance.data, 'postgresql.conf'), `${lines.join('\n')}\n`)
  const command = [process.execPath, PROGRAM, pgCtl, instance.data, instance.log, instance.users, instance.lease]
  const log = openLog(instance)
  const child = launch(instance, command, ['pipe', log, log])
  closeSync(log)
  return watch(child, () => child.stdin?.destroy())
}

function launch(
  { directory, owner }: Instance,
  [program = '', ...args]: readonly string[],
  stdio: StdioOptions,
): ChildProcess {
  const options = { cwd: directory, detached: true, env: serverEnvironment(), stdio, windowsHide: true, ...owner }
  return spawn(program, args, options)
}

function watch(child: ChildProcess, detach: () => void): Supervisor {
  let ended = false
  child.once('exit', () => (ended = true))
  child.once('error', () => (ended = true))
  child.unref()
  return { hasEnded: () => ended, detach }
}

const MAX_LOG_BYTES = 1024 * 1024

function openLog({ log, owner }: Instance): number {
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) renameSync(log, `${log}.old`)
  const file = openSync(log, 'a', 0o600)
  give(log, owner)
  return file
}

const LOG_LINES_IN_ERRORS = 10

/** The end of the server's log, for an error about it. */
export function logTail({ log }: Instance): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_IN_ERRORS).join('\n')
}
