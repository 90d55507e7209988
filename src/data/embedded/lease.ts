import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, constants, existsSync, lstatSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { give, type Instance } from './instance.ts'
import { isAlive, postmasterFile } from './postmaster.ts'

/** A user's hold on a running server: while one is held, the server stays. */
export interface Lease {
  /** Lets go; where it was the last one, waits until the server has stopped. */
  release(): Promise<void>
}

const POLL_MS = 2
/** A stop writes a checkpoint. Nothing is lost where it takes longer: it goes on without us. */
const STOP_WAIT_MS = 10_000

/**
 * Registers with the server's supervisor by writing a name into its pipe and keeping the pipe open; `undefined` where nobody supervises.
 * The supervisor answers with a file of that name. Having answered, it cannot see the end of the pipe, and so cannot stop the
 * server, before this process closes it or dies.
 */
export async function takeLease(instance: Instance): Promise<Lease | undefined> {
  const pipe = openPipe(instance.lease)
  if (pipe === undefined) return undefined
  const name = `${process.pid}.${randomBytes(6).toString('hex')}`
  const mark = join(instance.users, name)
  if (!tryWrite(pipe, `${name}\n`)) return abandon(pipe)
  while (!existsSync(mark)) {
    if (!isSupervised(instance)) return abandon(pipe)
    await delay(POLL_MS)
  }
  dropMarksOfTheDead(instance)
  return { release: () => release(instance, pipe, mark) }
}

export function isSupervised(instance: Instance): boolean {
  const pipe = openPipe(instance.lease)
  if (pipe !== undefined) closeSync(pipe)
  return pipe !== undefined
}

/** Opens the pipe for writing, or not where nobody reads it. */
function openPipe(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENXIO' || code === 'ENOENT') return undefined
    throw error
  }
}

function tryWrite(pipe: number, line: string): boolean {
  try {
    writeSync(pipe, line)
    return true
  } catch {
    return false
  }
}

function abandon(pipe: number): undefined {
  closeSync(pipe)
}

async function release(instance: Instance, pipe: number, mark: string): Promise<void> {
  rmSync(mark, { force: true })
  closeSync(pipe)
  const deadline = performance.now() + STOP_WAIT_MS
  while (existsSync(postmasterFile(instance)) && !hasUsers(instance) && performance.now() < deadline)
    await delay(POLL_MS)
}

function hasUsers({ users }: Instance): boolean {
  return readdirSync(users).some((name) => isAlive(Number.parseInt(name, 10)))
}

function dropMarksOfTheDead({ users }: Instance): void {
  for (const name of readdirSync(users))
    if (!isAlive(Number.parseInt(name, 10))) rmSync(join(users, name), { force: true })
}

/** Makes the pipe where it is missing. It stays: a user that outlives its supervisor still holds it, and so counts for the next one. */
export function makePipe(instance: Instance): void {
  if (lstatSync(instance.lease, { throwIfNoEntry: false })?.isFIFO()) return
  rmSync(instance.lease, { force: true })
  execFileSync('mkfifo', ['-m', '600', instance.lease])
  give(instance.lease, instance.owner)
}

/** Both ends of the pipe, without waiting for anybody at the other: the read end is for the supervisor. */
export function openBothEnds(path: string): { readonly reader: number; readonly writer: number } {
  const both = openSync(path, constants.O_RDWR)
  try {
    return { reader: openSync(path, constants.O_RDONLY), writer: openSync(path, constants.O_WRONLY) }
  } finally {
    closeSync(both)
  }
}
