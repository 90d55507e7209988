import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Instance } from './instance.ts'
import { holdPipe } from './lease-pipe.ts'
import { holdSocket } from './lease-socket.ts'
import { isAlive, postmasterFile } from './postmaster.ts'

/** A user's hold on a running server: while one is held, the server stays. */
export interface Lease {
  /** Lets go; where it was the last one, waits until the server has stopped. */
  release(): Promise<void>
}

/** Something the kernel ends together with the process, and the supervisor notices. */
export interface Hold {
  announce(name: string): void
  /** `false` once the supervisor has gone. */
  isAnswered(): boolean
  end(): void
}

const POLL_MS = 2
/** The supervisor has nothing else to do: where it takes longer it cannot write its answer. */
const ANSWER_WAIT_MS = 10_000
/** A stop writes a checkpoint. Nothing is lost where it takes longer: it goes on without us. */
const STOP_WAIT_MS = 10_000

/**
 * Registers with the server's supervisor by giving it a name and keeping the connection open; `undefined` where nobody supervises.
 * The supervisor answers with a file of that name. Having answered, it cannot see the last user go, and so cannot stop the
 * server, before this process lets go or dies.
 */
export async function takeLease(instance: Instance): Promise<Lease | undefined> {
  const hold = instance.loopback ? await holdSocket(instance) : holdPipe(instance)
  if (hold === undefined) return undefined
  const name = `${process.pid}.${randomBytes(6).toString('hex')}`
  const mark = join(instance.users, name)
  hold.announce(name)
  const deadline = performance.now() + ANSWER_WAIT_MS
  while (!existsSync(mark)) {
    if (performance.now() > deadline) {
      hold.end()
      throw new Error(
        `The embedded database runs and does not answer: it cannot write to ${instance.users}. Free some disk space there.`,
      )
    }
    if (!hold.isAnswered()) {
      hold.end()
      return undefined
    }
    await delay(POLL_MS)
  }
  dropMarksOfTheDead(instance)
  return { release: () => release(instance, hold, mark) }
}

async function release(instance: Instance, hold: Hold, mark: string): Promise<void> {
  rmSync(mark, { force: true })
  hold.end()
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
