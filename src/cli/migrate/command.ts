import type { Command } from 'commander'
import { parseConversion, parseName, parseNumber, parsePair, type MigrateFlags } from './flags.ts'

/** Adds `ashlar migrate`. What it does is loaded when it is called. */
export function addMigrate(root: Command, file: string, done: (code: number) => void): void {
  root
    .command('migrate')
    .description("make, apply, check and take back the migrations of the app's database")
    .usage('[options] [file] [action] [name]')
    .argument('[words...]', `${file}; then apply (default), status, make NAME, check or undo`)
    .option('--rename <old=new>', 'make: a table, column or enum value has a new name; may be repeated', parsePair)
    .option('--drop <name>', 'make: a table or column is dropped with its data; may be repeated', parseName)
    .option(
      '--convert <column[=expression]>',
      "make: a column's type may be narrowed; the expression converts a value",
      parseConversion,
    )
    .option(
      '--backfill <column=expression>',
      'make: the value of a new NOT NULL column for existing rows; empty: there are none',
      parsePair,
    )
    .option('--allow-destructive', 'make: every --drop and --convert; undo: also where data is lost')
    .option('--to <number>', 'undo: the last migration to keep, 0 for none; default: takes back one', parseNumber)
    .option('--live', "check: the app's database too; default where DATABASE_URL is set")
    .option('--no-live', 'check: only files and tables in code')
    .option('--database <name>', 'only this one, where the app has several')
    .addHelpText('after', MIGRATE_HELP)
    .action(async (words: readonly string[], flags: MigrateFlags) => {
      const { migrate } = await import('../migrate.ts')
      done(await migrate(words, flags))
    })
}

const MIGRATE_HELP = `
Actions:
  apply      applies what is pending. An app does so when it starts, unless it declares database({ migrate: 'manual' })
  status     lists what is applied and what is pending
  make NAME  writes the SQL files that lead from the migrations to the tables of database({ schema }). It asks about renames and lost data;
             without a terminal the flags answer, and where one is missing it writes nothing, names the flag, and exits with 2
  check      exits with 1 where the tables in code, the migrations and the database differ, or where a file that is not applied
             would stop a running app. Without DATABASE_URL it needs no server
  undo       takes back the last migration, or all after --to: by the file NAME.down.sql beside it, else by what it changed. Refused where
             the data is gone

Examples:
  ashlar migrate
  ashlar migrate status
  ashlar migrate make add_bio_to_users
  ashlar migrate make names --rename users.name=users.full_name --drop users.nickname
  ashlar migrate make ages --convert "users.age=age::integer" --backfill "users.email=''"
  ashlar migrate check
  ashlar migrate undo --to 0007
  DATABASE_URL=postgres://... ashlar migrate src/app.ts apply

Environment:
  DATABASE_URL        the database to apply to, look at and take back from (the embedded one)
  ASHLAR_SCRATCH_URL  a server where make, check and undo may make throw-away databases, for extensions the embedded one has not (the embedded one)`
