import { sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Engine } from '../engine.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import type { ListRequest } from '../query/list-request.ts'
import { carryClaims } from '../rls/transaction-claims.ts'
import { compileStatement } from '../statements/compile.ts'
import { JsonSink } from '../wire/json-sink.ts'
import type { RowSet } from '../wire/row-set.ts'
import { clientRunner, type Runner } from '../wire/runner.ts'
import { allOfThem, living, scopePart, type RowSession } from './row-session.ts'
import type { RepositoryParts, RowStreams } from './stored-rows.ts'
import type { Selection } from './selection.ts'
import type { StreamInput } from './repository-types.ts'

/** Rows that are fetched at once. */
const BATCH = 1000

const FETCH = { text: `fetch ${BATCH} from ashlar_rows`, name: undefined }
const BEGIN = { text: 'begin read only', name: undefined }
const COMMIT = { text: 'commit', name: undefined }

/**
 * Reads all rows of a list through a cursor of the server, in a transaction of its own: one statement's view of the data, however long it
 * takes, and one batch in memory.
 */
export function rowStreams(
  { definition, query }: RepositoryParts,
  engine: Engine<DrizzleSchema>,
  claims: string | undefined,
): RowStreams {
  const batches = async function* (
    session: RowSession,
    input: StreamInput<PgTable>,
    selection: Selection,
  ): AsyncGenerator<RowSet, void> {
    const request = query.readObject({ ...input, limit: 1 }, await engine.signingKey())
    const client = await engine.pool.connect()
    let clean = false
    try {
      const runner = clientRunner(client, { prepare: engine.prepared })
      await begin(runner, engine)
      if (claims !== undefined) carryClaims(client, claims, engine)
      await declareCursor(runner, session, { request, selection })
      for (;;) {
        const rows = await runner.run(FETCH, [])
        if (rows.length > 0) yield rows
        if (rows.length < BATCH) break
      }
      await runner.run(COMMIT, [])
      clean = true
    } finally {
      // Left in the middle, by an error or by who reads: closing the connection ends the cursor.
      client.release(!clean)
    }
  }
  return {
    rows: async function* (session, input) {
      for await (const rows of batches(session, input, definition.all))
        for (let row = 0; row < rows.length; row += 1) yield definition.all.object(rows, row)
    },
    jsonLines: (session, input) => lines(batches(session, input, definition.visible), definition.visible),
  }
}

async function begin(runner: Runner, { beginWith }: Engine<DrizzleSchema>): Promise<void> {
  for (const text of beginWith(BEGIN.text).split(';'))
    if (text.trim() !== '') await runner.run({ text, name: undefined }, [])
}

async function declareCursor(
  runner: Runner,
  session: RowSession,
  { request, selection }: { readonly request: ListRequest; readonly selection: Selection },
): Promise<void> {
  const { definition } = session
  const { table } = definition.model
  const scope = scopePart(session.scope('list'), 's')
  const values: Record<string, unknown> = { ...request.values }
  scope.put(values)
  const where = allOfThem(scope.where(table), living(definition), request.conditions(table))
  const order = sql.join([...request.orderBy(table)], sql`, `)
  const statement = compileStatement(
    sql`declare ashlar_rows no scroll cursor for select ${selection.list(table)} from ${table} where ${where} order by ${order}`,
  )
  await runner.run({ text: statement.text, name: undefined }, statement.bind(values))
}

function lines(batches: AsyncGenerator<RowSet, void>, { json, object }: Selection): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { value, done } = await batches.next()
        if (done === true || value === undefined) return controller.close()
        controller.enqueue(jsonLinesOf(value, json, object))
      },
      cancel: async () => {
        await batches.return()
      },
    },
    // A batch is made when it is asked for, and not before.
    { highWaterMark: 0 },
  )
}

function jsonLinesOf(rows: RowSet, json: Selection['json'], object: Selection['object']): Uint8Array {
  const sink = new JsonSink(rows.size * 2)
  if (json !== undefined) json(rows, sink, { separator: '\n' })
  else sink.text(Array.from({ length: rows.length }, (_, row) => JSON.stringify(object(rows, row))).join('\n'))
  sink.byte(0x0a)
  return sink.toBuffer()
}
