// The supervisor where there is no POSIX shell: a program of its own. Arguments: pg_ctl, cluster, log, users' folder, socket.
// Every user stays connected to the socket, the starter by its standard input; when the last one has gone the server is stopped.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const [pgCtl = '', cluster = '', log = '', users = '', socket = ''] = process.argv.slice(2)
let holders = 0
/** One action of pg_ctl at a time. */
let queue: Promise<unknown> = Promise.resolve()

function pgCtlTo(...action: readonly string[]): Promise<boolean> {
  const run = (): Promise<boolean> =>
    new Promise((resolve) => {
      // Its own streams: a server that inherits them would keep them open.
      execFile(pgCtl, [...action, '-D', cluster], { windowsHide: true }, (error) => resolve(error === null))
    })
  const done = queue.then(run)
  queue = done
  return done
}

async function admit(user: string): Promise<void> {
  // Also after a crash: whoever joins next finds the server started again.
  const runs = (await pgCtlTo('status')) || (await pgCtlTo('start', '-w', '-l', log))
  if (!runs) process.exit(1)
  writeFileSync(join(users, user), '')
}

function hold(stream: Readable): void {
  holders += 1
  stream.on('error', () => {})
  createInterface(stream).on('line', (user) => void admit(user))
  stream.once('close', () => {
    holders -= 1
    if (holders === 0) void stop()
  })
}

async function stop(): Promise<void> {
  listener.close()
  await pgCtlTo('stop', '-m', 'fast', '-w')
  process.exit()
}

const listener = createServer(hold).listen(socket)
hold(process.stdin)
// One without its supervisor, which was killed.
if (await pgCtlTo('status')) await pgCtlTo('stop', '-m', 'fast', '-w')
if (!(await pgCtlTo('start', '-w', '-l', log))) process.exit(1)
