import type { Issued, Revocation, Revocations } from '../../core/services.ts'

interface Known {
  /** Of a user: tokens of a lower one are refused. */
  readonly epoch: number
  /** When this process has heard of it, counted. */
  readonly heard: number
  /** Until when a token of it could still be presented, in milliseconds of the process's clock. */
  readonly until: number
}

/**
 * What was ended lately, in memory: for as long as an access token lives, so that its size is that of what was ended in this time and nothing else. Tokens
 * that are older have expired by themselves.
 */
export class KnownRevocations implements Pick<Revocations, 'isRevoked' | 'onRevoked'> {
  readonly #known = new Map<string, Known>()
  /** Rows of the table that were read already: they come again while older transactions are open. */
  readonly #rows = new Map<string, number>()
  readonly #listeners = new Set<(revocation: Revocation) => void>()
  readonly #keptMs: number
  #heard = 0

  constructor(keptMs: number) {
    this.#keptMs = keptMs
  }

  /** How much was heard until now: what is read after this knows of it. */
  get heard(): number {
    return this.#heard
  }

  /** @param row - The id of its row in the table. */
  add(revocation: Revocation, row: string): void {
    if (this.#rows.has(row)) return
    const until = performance.now() + this.#keptMs
    this.#rows.set(row, until)
    const key = keyOf(revocation.kind, revocation.subject)
    const epoch = revocation.kind === 'user' ? Math.max(revocation.epoch, this.#known.get(key)?.epoch ?? 0) : 0
    this.#heard += 1
    // Anew, so that the first in the map are those that end first.
    this.#known.delete(key)
    this.#known.set(key, { epoch, heard: this.#heard, until })
    for (const listener of this.#listeners) listener(revocation)
  }

  isRevoked({ userId, epoch, sessionId, keyId, clientId }: Issued): boolean {
    if (this.#known.size === 0) return false
    const user = this.#known.get(keyOf('user', userId))
    if (user !== undefined && epoch < user.epoch) return true
    return (
      this.#has('session', sessionId) !== undefined ||
      this.#has('key', keyId) !== undefined ||
      this.#has('client', clientId) !== undefined
    )
  }

  /** Whether anything about it was heard later: what was read before may be out of date. */
  isChangedSince({ userId, sessionId, keyId, clientId }: Issued, heard: number): boolean {
    if (heard === this.#heard) return false
    const about = [
      this.#has('user', String(userId)),
      this.#has('session', sessionId),
      this.#has('key', keyId),
      this.#has('client', clientId),
    ]
    return about.some((known) => known !== undefined && known.heard > heard)
  }

  onRevoked(listener: (revocation: Revocation) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Forgets what no token can be about any more. */
  forget(): void {
    const now = performance.now()
    for (const [key, { until }] of this.#known) {
      if (until > now) break
      this.#known.delete(key)
    }
    for (const [row, until] of this.#rows) {
      if (until > now) break
      this.#rows.delete(row)
    }
  }

  #has(kind: Revocation['kind'], subject: string | undefined): Known | undefined {
    return subject === undefined ? undefined : this.#known.get(keyOf(kind, subject))
  }
}

function keyOf(kind: Revocation['kind'], subject: string | number): string {
  return `${kind}:${subject}`
}
