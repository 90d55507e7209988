import { relative } from 'node:path'
import type { Database } from '../../data/index.ts'
import { formatFindings } from '../../data/lint/format.ts'
import { makeMigration } from '../../data/migrations/make.ts'
import { UndecidedChanges } from '../../data/migrations/review/decisions.ts'
import { CommandError } from '../command-error.ts'
import { print, printError } from '../print.ts'
import { asker } from './ask.ts'
import { decisionsOf, type MigrateFlags } from './flags.ts'

/** Something is left to decide: nothing was written. */
const UNDECIDED = 2

export async function make(
  databases: readonly Database[],
  name: string | undefined,
  flags: MigrateFlags,
): Promise<number> {
  if (name === undefined) {
    throw new CommandError('A migration needs a name.', {
      hint: 'Say in words what it does: ashlar migrate make add_bio_to_users',
    })
  }
  const declared = databases.filter(({ options }) => options.schema !== undefined)
  if (declared.length === 0) {
    throw new CommandError('No database of the app names its tables.', {
      hint: "Give them: import * as schema from './tables.ts', then database({ schema, migrations }).",
    })
  }
  try {
    for (const database of declared) await makeFor(database, name, flags)
    return 0
  } catch (error) {
    if (!(error instanceof UndecidedChanges)) throw error
    await printError(`${error.message}\nNothing was written.`)
    return UNDECIDED
  }
}

async function makeFor(database: Database, name: string, flags: MigrateFlags): Promise<void> {
  const ask = asker()
  const { files, remaining, findings } = await makeMigration({
    database,
    name,
    decisions: decisionsOf(flags),
    ...(ask !== undefined && { ask }),
  })
  if (files.length === 0) return print(`${database.name}: nothing to make, the migrations agree with the tables.`)
  const lines = [`${database.name}: wrote`, ...files.map(({ path }) => `  ${relative(process.cwd(), path)}`)]
  if (findings.length === 0) lines.push('The linter has found nothing.')
  else lines.push('', formatFindings(findings), '')
  if (remaining.length > 0) lines.push('These are left to write by hand:', ...remaining.map((text) => `  ${text}`))
  lines.push('Read them, then apply them: ashlar migrate, or start the app.')
  await print(lines.join('\n'))
}
