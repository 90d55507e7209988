import { existsSync } from 'node:fs'
import { findBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { awaitServer } from './await-server.ts'
import { readEndpoint, writeEndpoint, type Endpoint } from './endpoint.ts'
import { prepare, type Instance } from './instance.ts'
import { takeLease, type Lease } from './lease.ts'
import { clearLeftovers } from './postmaster.ts'
import { withStartLock } from './start-lock.ts'
import { logTail, supervise } from './supervisor.ts'

/** A running server, held. */
interface EmbeddedServer {
  readonly endpoint: Endpoint
  /** Ends this process's use of it; the last user's leaving stops the server. */
  readonly leave: () => Promise<void>
}

/** Joins the instance's running server, or starts it. Several processes may do so at the same time. */
export async function joinServer(instance: Instance): Promise<EmbeddedServer> {
  prepare(instance)
  const lease = (await join(instance)) ?? (await withStartLock(instance.lock, () => start(instance)))
  const endpoint = readEndpoint(instance)
  return { endpoint, leave: () => lease.release() }
}

/** The supervisor answers before the server takes connections: who starts it keeps the lock until then. */
async function join(instance: Instance): Promise<Lease | undefined> {
  const lease = await takeLease(instance)
  if (lease !== undefined && existsSync(instance.lock)) await withStartLock(instance.lock, () => Promise.resolve())
  return lease
}

/** Under the start lock: those who waited for it find the server of the one who had it. */
async function start(instance: Instance): Promise<Lease> {
  const running = await takeLease(instance)
  if (running !== undefined) return running
  const binaries = findBinaries(instance)
  await ensureCluster(instance, binaries)
  const endpoint = await writeEndpoint(instance)
  // Elsewhere the supervisor does it: only there signals mean what they say.
  const killed = instance.loopback ? false : await clearLeftovers(instance, endpoint.host)
  const supervisor = supervise(instance, binaries, endpoint, killed)
  try {
    await awaitServer(endpoint, () => supervisor.hasEnded())
    return (await takeLease(instance)) ?? failed(instance)
  } catch (error) {
    if (supervisor.hasEnded()) failed(instance, error)
    throw error
  } finally {
    supervisor.detach()
  }
}

function failed(instance: Instance, cause?: unknown): never {
  throw new Error(`The embedded database did not start. The end of its log, ${instance.log}:\n${logTail(instance)}`, {
    cause,
  })
}
