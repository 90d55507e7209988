import type { PgTable } from 'drizzle-orm/pg-core'
import { Forbidden, NotFound, PreconditionFailed } from '../../core/errors/index.ts'
import { allSettled } from '../all-settled.ts'
import { listQuery, type ListQuery } from '../query/list-query.ts'
import type { ListInput } from '../query/list-input.ts'
import { sortedBy } from '../query/sort.ts'
import { deleteSeen, insertSeen, restoreSeen, updateSeen, type SeenRow } from './changes.ts'
import { readRow, type Key, type ReadOptions } from './read-rows.ts'
import type { Repository, StreamInput, UpsertOptions, VersionOption } from './repository-types.ts'
import { ListStatements, type RowPage } from './list-rows.ts'
import type { Definition } from './definition.ts'
import type { RowSession } from './row-session.ts'
import { mayDo } from './may-do.ts'
import { upsertRow } from './upsert.ts'

/** Rows of a page in code at most. */
const MAX_LIMIT = 1000

/** What all repositories of one definition share. */
export interface RepositoryParts {
  readonly definition: Definition
  /** What a row is called, for messages. */
  readonly name: string
  readonly query: ListQuery
  readonly statements: ListStatements
  /** How rows are sorted where the code does not say: as in the resource's list. */
  readonly defaultSort: readonly string[]
  /** Columns that its asker may not read: absent in rows, and refused in questions. */
  readonly hidden: ReadonlySet<string>
}

const NOTHING: ReadonlySet<string> = new Set()

interface PartsOptions {
  readonly definition: Definition
  readonly name: string
  readonly defaultSort?: readonly string[] | undefined
  readonly hidden?: ReadonlySet<string>
}

export function repositoryParts({
  definition,
  name,
  defaultSort = [],
  hidden = NOTHING,
}: PartsOptions): RepositoryParts {
  const options = {
    limit: { max: MAX_LIMIT },
    // The order of rows would tell of what is hidden.
    defaultSort: defaultSort.filter((each) => !hidden.has(sortedBy(each))),
  }
  const query = listQuery(definition.everything, options, { name: `repository ${name}` })
  return { definition, name, query, statements: new ListStatements(), defaultSort, hidden }
}

/** Streams rows on a connection of its own. */
export interface RowStreams {
  rows(session: RowSession, input: StreamInput<PgTable>): AsyncIterable<SeenRow>
  jsonLines(session: RowSession, input: StreamInput<PgTable>): ReadableStream<Uint8Array>
}

export interface Stored {
  readonly session: RowSession
  readonly signingKey: () => Promise<Uint8Array>
  readonly streams: RowStreams
}

/** The rows that one asker may have. Everything in it is several statements at most, in the transaction of the session. */
export class StoredRows implements Repository {
  readonly #parts: RepositoryParts
  readonly #session: RowSession
  readonly #stored: Stored

  constructor(parts: RepositoryParts, stored: Stored) {
    this.#parts = parts
    this.#stored = stored
    this.#session = stored.session
  }

  async get(key: unknown): Promise<SeenRow> {
    return (await this.find(key)) ?? this.#missing()
  }

  find(key: unknown): Promise<SeenRow | undefined> {
    return this.#read(key)
  }

  async lock(key: unknown): Promise<SeenRow> {
    return (await this.#read(key, { lock: 'update' })) ?? this.#missing()
  }

  async first(input: ListInput): Promise<SeenRow | undefined> {
    return (await this.list({ ...input, limit: 1 })).items[0]
  }

  async list(
    input: ListInput = {},
  ): Promise<{ items: SeenRow[]; next: string | null; previous: string | null; total?: number }> {
    const page = await this.#page(input)
    const { next, previous, total } = page
    return { items: itemsOf(page), next, previous, ...(total !== undefined && { total }) }
  }

  async count(input: Pick<ListInput, 'filter' | 'search'> = {}): Promise<number> {
    const { total } = await this.#page({ ...input, limit: 1, count: 'exact' })
    return total ?? 0
  }

  async insert(values: object): Promise<SeenRow> {
    this.#checkWritten(values)
    return this.#shown((await insertSeen(this.#session, values as SeenRow)).row)
  }

  async insertMany(values: readonly object[]): Promise<SeenRow[]> {
    // On one connection, where they follow each other without waiting: sent together, answered together.
    const session = this.#session.inBulk()
    for (const each of values) this.#checkWritten(each)
    const written = await allSettled(values.map((each) => insertSeen(session, each as SeenRow)))
    return written.map(({ row }) => this.#shown(row))
  }

  async upsert(values: object, { on }: UpsertOptions<PgTable>): Promise<SeenRow> {
    this.#checkWritten(values)
    // Whether a row has this value is something to be read.
    this.#checkAsked(on)
    return this.#shown(await upsertRow(this.#session, values as SeenRow, on))
  }

  async update(key: unknown, changes: object, { version }: VersionOption = {}): Promise<SeenRow> {
    this.#checkWritten(changes)
    const of = { versions: versionsOf(version), fields: () => changes as SeenRow }
    const outcome = await updateSeen(this.#session, this.#keyOf(key), of)
    if (outcome === 'missing') return this.#refuse(key, 'update')
    if (outcome === 'stale') throw new PreconditionFailed()
    return this.#shown(outcome.row)
  }

  delete(key: unknown, { version }: VersionOption = {}): Promise<SeenRow> {
    return this.#delete(key, { versions: versionsOf(version) })
  }

  purge(key: unknown): Promise<SeenRow> {
    return this.#delete(key, { purge: true })
  }

  async restore(key: unknown): Promise<SeenRow> {
    const restored = await restoreSeen(this.#session, this.#keyOf(key))
    return restored === 'missing' ? this.#refuse(key, 'delete', { deleted: true }) : this.#shown(restored.row)
  }

  stream(input: StreamInput<PgTable> = {}): AsyncIterable<SeenRow> {
    this.#checkAsked(namesIn(input))
    return shownRows(this.#stored.streams.rows(this.#session, input), (row) => this.#shown(row))
  }

  jsonLines(input: StreamInput<PgTable> = {}): ReadableStream<Uint8Array> {
    this.#checkAsked(namesIn(input))
    return this.#stored.streams.jsonLines(this.#session, input)
  }

  async #read(key: unknown, options?: ReadOptions): Promise<SeenRow | undefined> {
    const { all } = this.#parts.definition
    const rows = await readRow(this.#session, this.#keyOf(key), all, options)
    return rows.length === 0 ? undefined : this.#shown(all.object(rows, 0))
  }

  async #page(input: ListInput): Promise<RowPage> {
    const { query, statements } = this.#parts
    this.#checkAsked(namesIn(input))
    return statements.page(this.#session, query.readObject(input, await this.#stored.signingKey()))
  }

  async #delete(
    key: unknown,
    of: { readonly versions?: readonly string[] | undefined; readonly purge?: boolean },
  ): Promise<SeenRow> {
    const row = await deleteSeen(this.#session, this.#keyOf(key), of)
    if (row === 'missing')
      return of.purge === true ? this.#refuse(key, 'purge', { deleted: 'any' }) : this.#refuse(key, 'delete')
    if (row === 'stale') throw new PreconditionFailed()
    return this.#shown(row)
  }

  /** The row as its asker may have it. */
  #shown(row: SeenRow): SeenRow {
    const { hidden } = this.#parts
    return hidden.size === 0 ? row : Object.fromEntries(Object.entries(row).filter(([key]) => !hidden.has(key)))
  }

  /** @throws Forbidden for columns that the asker may not write. */
  #checkWritten(values: object): void {
    this.#parts.definition.fields?.checkWritten(this.#session.asker, values)
  }

  /** @throws Forbidden for columns that the asker may not read: an order or a number of rows would tell of them. */
  #checkAsked(names: readonly string[]): void {
    const refused = names.filter((name) => this.#parts.hidden.has(name))
    if (refused.length > 0) throw new Forbidden(`You may not ask for rows by ${refused.join(', ')}.`)
  }

  /** 403 for what the caller may read and not change, 404 for everything else. */
  async #refuse(key: unknown, action: 'update' | 'delete' | 'purge', options: ReadOptions = {}): Promise<never> {
    const may = await mayDo(this.#session, this.#keyOf(key), { action, ...options })
    if (may === false) throw new Forbidden()
    return this.#missing()
  }

  #missing(): never {
    throw new NotFound(`There is no such ${this.#parts.name}.`)
  }

  #keyOf(key: unknown): Key {
    const { primaryKey, name } = this.#parts.definition.model
    if (typeof key === 'object' && key !== null) return key as Key
    const [only, ...others] = primaryKey
    if (only !== undefined && others.length === 0) return { [only.key]: key }
    throw new TypeError(
      `A row of "${name}" is named by ${primaryKey.map((column) => column.key).join(' and ')}: pass an object of them.`,
    )
  }
}

async function* shownRows(
  rows: AsyncIterable<SeenRow>,
  shown: (row: SeenRow) => SeenRow,
): AsyncGenerator<SeenRow, void> {
  for await (const row of rows) yield shown(row)
}

/** The columns that a question names. */
function namesIn({ filter = {}, sort = [], fields = [] }: ListInput): readonly string[] {
  return [...Object.keys(filter), ...sort.map(sortedBy), ...fields]
}

function itemsOf({ loaded, to, reverse }: RowPage): SeenRow[] {
  return Array.from({ length: to }, (_, index) => loaded.object(reverse ? to - 1 - index : index))
}

function versionsOf(version: number | undefined): readonly string[] | undefined {
  return version === undefined ? undefined : [String(version)]
}
