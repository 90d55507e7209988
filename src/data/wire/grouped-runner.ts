import type { Pool, PoolClient } from 'pg'
import { isRefusal } from '../commit-outcome.ts'
import { CommitOutcomeUnknown } from '../errors.ts'
import type { SessionLimits } from '../pool.ts'
import { connectionLost } from '../translate-error.ts'
import { giveBack } from './exclusive-runner.ts'
import { GROUP_MAX, GroupSize } from './group-size.ts'
import type { RowSet } from './row-set.ts'
import { untilAborted, wireClient, type RunOptions, type Runner } from './runner.ts'
import type { NamedStatement, Statement } from './statement.ts'
import type { WireBatch } from './wire-batch.ts'

/** What is inserted waits so long at most for what is under way, which is about to be saved: to be brought to the disk it would wait for that anyway. */
const GATHER_MS = 5
/** So few at one time need not wait for each other: a connection for each answers them sooner than one for all. */
const FEW = 4
/** Far below PostgreSQL's `deadlock_timeout`: a group gives way before it can be a part of a deadlock, and makes nobody wait long for its locks. */
const LOCK_MS = 10
const STATEMENT_MS = 100

/** A row to be inserted that waits for others. */
interface Waiting {
  readonly statement: NamedStatement
  readonly values: readonly unknown[]
  readonly signal: AbortSignal | undefined
  readonly size: GroupSize
  readonly resolve: (rows: RowSet | Promise<RowSet>) => void
  readonly reject: (error: unknown) => void
}

/**
 * Saves rows that are inserted at one time together: who comes while INSERTs are under way waits for the end of one, {@link GATHER_MS} at most,
 * and all who wait are sent in one message and saved by one commit. A few at one time wait for nobody. A group that fails has changed nothing;
 * each of its statements then runs by itself, as all that is no INSERT does, so that an error is told to the one it is about.
 */
export function groupedRunner(pool: Pool, alone: Runner, limits: SessionLimits): Runner {
  return new GroupedWrites(pool, alone, limitsStatement(limits))
}

/** For the transaction of a group. All of it takes no longer than one statement may, which is how long its answer is waited for. */
function limitsStatement({ lockTimeoutMs, statementTimeoutMs }: SessionLimits): NamedStatement {
  const least = (own: number, limit: number): number =>
    limit > 0 ? Math.max(1, Math.min(own, Math.floor(limit))) : own
  const statementMs = least(STATEMENT_MS, statementTimeoutMs / (GROUP_MAX + 1))
  const lockMs = least(LOCK_MS, lockTimeoutMs)
  const text = `select set_config('lock_timeout', '${lockMs}', true), set_config('statement_timeout', '${statementMs}', true)`
  return { text, name: 'ashlar_group_limits' }
}

class GroupedWrites implements Runner {
  readonly #pool: Pool
  readonly #alone: Runner
  readonly #limits: NamedStatement
  readonly #sizes = new WeakMap<Statement, GroupSize>()
  #waiting: Waiting[] = []
  /** Rows, of which some are sent together. */
  #underWay = 0
  /** With so many under way others wait: one, once more than a few have waited at one time. */
  #free = FEW
  #timer: NodeJS.Timeout | undefined

  constructor(pool: Pool, alone: Runner, limits: NamedStatement) {
    this.#pool = pool
    this.#alone = alone
    this.#limits = limits
  }

  run(statement: Statement, values: readonly unknown[], options?: RunOptions): Promise<RowSet> {
    if (!isInsert(statement) || !this.#sizeOf(statement).admits()) return this.#alone.run(statement, values, options)
    const signal = options?.signal
    return untilAborted(
      this.#underWay < this.#free && this.#waiting.length === 0
        ? this.#first(statement, values)
        : this.#wait(statement, values, signal),
      signal,
    )
  }

  #sizeOf(statement: Statement): GroupSize {
    const known = this.#sizes.get(statement)
    if (known !== undefined) return known
    const size = new GroupSize()
    this.#sizes.set(statement, size)
    return size
  }

  async #first(statement: Statement, values: readonly unknown[]): Promise<RowSet> {
    this.#underWay += 1
    try {
      return await this.#alone.run(statement, values)
    } finally {
      this.#ended(1)
    }
  }

  #wait(statement: NamedStatement, values: readonly unknown[], signal: AbortSignal | undefined): Promise<RowSet> {
    this.#timer ??= setTimeout(() => this.#send(), GATHER_MS)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statement, values, signal, size: this.#sizeOf(statement), resolve, reject })
    })
  }

  #ended(count: number): void {
    this.#underWay -= count
    if (this.#waiting.length > 0) this.#send()
  }

  /** Nobody waits any longer: what is too much for one group is another, on a connection of its own. */
  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // Whoever has gone meanwhile has nothing saved.
    const waiting = this.#waiting.filter(({ signal }) => signal?.aborted !== true)
    this.#waiting = []
    this.#free = waiting.length < FEW ? FEW : 1
    for (let from = 0; from < waiting.length;) {
      const group = groupFrom(waiting, from)
      from += group.length
      const [first] = group
      if (group.length > 1) void this.#save(group)
      else this.#first(first!.statement, first!.values).then(first!.resolve, first!.reject)
    }
  }

  async #save(group: readonly Waiting[]): Promise<void> {
    this.#underWay += group.length
    let client: PoolClient
    try {
      client = await this.#pool.connect()
    } catch (error) {
      this.#ended(group.length)
      for (const { reject } of group) reject(connectionLost(error) ?? error)
      return
    }
    const began = performance.now()
    const batch = wireClient(client).runBatch([{ statement: this.#limits, values: [] }, ...group])
    try {
      const [, ...results] = await batch.result
      client.release()
      for (const size of sizesOf(group)) size.saved(group.length, performance.now() - began)
      this.#ended(group.length)
      for (const [index, { resolve }] of group.entries()) resolve(results[index]!)
    } catch (error) {
      giveBack(client, error)
      for (const size of sizesOf(group)) size.failed()
      this.#ended(group.length)
      this.#failed(group, batch, error)
    }
  }

  #failed(group: readonly Waiting[], { isSent }: WireBatch, error: unknown): void {
    for (const { statement, values, resolve, reject } of group) {
      if (!isSent || isRefusal(error)) resolve(this.#alone.run(statement, values))
      // It may have been saved before the server could say so.
      else reject(new CommitOutcomeUnknown(undefined, { cause: error }))
    }
  }
}

/** As many as the most cautious of them allows. */
function groupFrom(waiting: readonly Waiting[], from: number): readonly Waiting[] {
  let most = GROUP_MAX
  let to = from
  for (; to < waiting.length; to += 1) {
    most = Math.min(most, waiting[to]!.size.most)
    if (to - from >= most) break
  }
  return waiting.slice(from, Math.max(to, from + 1))
}

function sizesOf(group: readonly Waiting[]): ReadonlySet<GroupSize> {
  return new Set(group.map(({ size }) => size))
}

/** Whether it may be run twice where the first time was undone, and takes no locks that others hold for long. */
function isInsert(statement: Statement): statement is NamedStatement {
  return statement.name !== undefined && /^insert\b/i.test(statement.text)
}
