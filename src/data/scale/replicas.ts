import type { Pool } from 'pg'
import { runningRequest, type RunningRequest } from '../../core/running-request.ts'
import { DatabaseUnavailable, SerializationFailure } from '../errors.ts'
import { connectionLost, translateDatabaseError } from '../translate-error.ts'
import type { Consistency } from './consistency.ts'
import { disconnect, type ReadTarget } from './read-target.ts'
import type { Replica } from './replica.ts'

/** Sends reads to replicas: to one that is there and has what the client has written, else to the primary. */
export class Replicas {
  readonly consistency: Consistency
  readonly #primary: ReadTarget
  readonly #replicas: readonly Replica[]
  /** One for all reads of a request: from replica to replica a row could be there and gone again. */
  readonly #chosen = new WeakMap<RunningRequest, Promise<Replica | undefined>>()
  #turn = 0

  constructor(primary: ReadTarget, replicas: readonly Replica[], consistency: Consistency) {
    this.#primary = primary
    this.#replicas = replicas
    this.consistency = consistency
  }

  /** Runs a read, which may run a second time, on the primary, where the replica fails. */
  async read<T>(work: (target: ReadTarget) => Promise<T>): Promise<T> {
    const replica = await this.#forThisRequest()
    if (replica === undefined) return work(this.#primary)
    try {
      return await work(replica.target)
    } catch (error) {
      // A runner has translated what it could not connect to already.
      const reason = translateDatabaseError(error) ?? connectionLost(error) ?? error
      const isLost = reason instanceof DatabaseUnavailable
      // A replica ends a statement that stands in the way of what it has to replay.
      if (!isLost && !(reason instanceof SerializationFailure)) throw error
      if (isLost) replica.failed()
      void this.#keep(Promise.resolve(undefined))
      return work(this.#primary)
    }
  }

  get pools(): readonly Pool[] {
    return this.#replicas.map(({ target }) => target.pool)
  }

  async end(): Promise<void> {
    await Promise.all(this.#replicas.map(({ target }) => disconnect(target)))
  }

  #forThisRequest(): Promise<Replica | undefined> {
    const request = runningRequest.getStore()
    return (request && this.#chosen.get(request)) ?? this.#keep(this.#choose())
  }

  #keep(choice: Promise<Replica | undefined>): Promise<Replica | undefined> {
    const request = runningRequest.getStore()
    if (request !== undefined) this.#chosen.set(request, choice)
    return choice
  }

  async #choose(): Promise<Replica | undefined> {
    const asked = this.consistency.asked()
    const count = this.#replicas.length
    this.#turn = (this.#turn + 1) % count
    const inTurn = [...this.#replicas.slice(this.#turn), ...this.#replicas.slice(0, this.#turn)]
    for (const replica of inTurn) {
      if (!replica.isUp) continue
      if (asked === undefined || (await replica.hasReached(asked))) return replica
    }
    return undefined
  }
}
