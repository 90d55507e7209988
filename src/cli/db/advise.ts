import { is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import type { App } from '../../app/app.ts'
import { adviseIndexes } from '../../data/advice/advise.ts'
import type { IndexAdvice } from '../../data/advice/index-advice.ts'
import { indexUsesOf, type IndexUse } from '../../data/advice/index-use.ts'
import type { DrizzleSchema } from '../../data/drizzle.ts'
import { findAppFile } from '../app-file.ts'
import { loadApp } from '../load-app.ts'
import { print } from '../print.ts'
import { connected, databaseOf, withDatabase } from './app-database.ts'
import type { DatabaseFlags } from './url.ts'

interface AdviseFlags extends DatabaseFlags {
  readonly json?: boolean
}

/** `ashlar db advise`: which indexes are missing, and which are of no use. */
export async function advise(file: string | undefined, { database: name, json = false }: AdviseFlags): Promise<void> {
  const app = await loadApp(findAppFile(file))
  const database = databaseOf(app, name)
  const schema: DrizzleSchema = database.options.schema ?? {}
  const tables = Object.values(schema).filter((value) => is(value, PgTable))
  const advice = await withDatabase(database, ({ url }) =>
    connected(url, (client) => adviseIndexes({ client, uses: usesOf(app), tables })),
  )
  await print(json ? JSON.stringify(advice, null, 2) : asText(advice))
}

/** Of its operations, and of those of the apps mounted in it. */
function usesOf(app: App): readonly IndexUse[] {
  const mounted = (app.definition.mounts ?? []).flatMap(({ target }) =>
    target.type === 'app' ? usesOf(target.app) : [],
  )
  return [...app.operations.flatMap(({ placed }) => indexUsesOf(placed.operation)), ...mounted]
}

function asText(advice: readonly IndexAdvice[]): string {
  if (advice.length === 0)
    return 'Every declared filter, order, search and foreign key has its index, and none is of no use.'
  return advice.map((each) => paragraph(each)).join('\n\n')
}

function paragraph({ message, from, statement, drizzle, notes }: IndexAdvice): string {
  const lines = [
    message,
    ...from.map((place) => `  for      ${place}`),
    `  SQL      ${statement}`,
    ...(drizzle === undefined ? [] : [`  Drizzle  ${drizzle}`]),
    ...notes.map((note) => `  note     ${note}`),
  ]
  return lines.join('\n')
}
