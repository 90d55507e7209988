import type { Database } from '../../data/index.ts'
import { formatFindings } from '../../data/lint/format.ts'
import { checkMigrations, type Difference } from '../../data/migrations/check.ts'
import { withDatabase } from '../db/app-database.ts'
import { print } from '../print.ts'
import type { MigrateFlags } from './flags.ts'

const DIFFERENT = 1

/** Gives 1 where something differs, or where a pending file would stop a running app. */
export async function check(databases: readonly Database[], flags: MigrateFlags): Promise<number> {
  const codes: number[] = []
  for (const database of databases) codes.push(await checkOne(database, flags))
  return Math.max(0, ...codes)
}

async function checkOne(database: Database, flags: MigrateFlags): Promise<number> {
  const { differences, findings } = await withUrlOf(database, flags, (url) =>
    checkMigrations({ database, ...(url !== undefined && { url }) }),
  )
  if (findings.length > 0) await print(formatFindings(findings))
  for (const between of ['code', 'database'] as const) {
    const found = differences.filter((difference) => difference.between === between)
    if (found.length > 0)
      await print(`${database.name}: ${HEADS[between]}\n${found.map(({ text }) => `  ${text}`).join('\n')}`)
  }
  const isWrong = differences.length > 0 || findings.some(({ severity }) => severity === 'error')
  if (!isWrong) await print(`${database.name}: ${agreement(database)}.`)
  return isWrong ? DIFFERENT : 0
}

const HEADS: Readonly<Record<Difference['between'], string>> = {
  code: 'the migrations differ from the tables in code. Write the difference with: ashlar migrate make NAME',
  database: 'the database differs from the migrations.',
}

function agreement({ options }: Database): string {
  return options.schema === undefined
    ? 'the migrations run; the tables in code are not named'
    : 'the migrations agree with the tables in code'
}

/** The database is looked at where it is named, or asked for. On a clean checkout there is none, and none is needed. */
function withUrlOf<T>(
  database: Database,
  { live }: MigrateFlags,
  work: (url: string | undefined) => Promise<T>,
): Promise<T> {
  const named = (database.options.url ?? process.env.DATABASE_URL ?? '') !== ''
  return (live ?? named) ? withDatabase(database, ({ url }) => work(url)) : work(undefined)
}
