import type { Command } from 'commander'
import { DEFAULT_FILES } from './app-file.ts'

const FILE = `the file that exports your app; default: the first of ${DEFAULT_FILES.join(', ')}`
const SEED_FILE = 'the file that exports your seed; default: the first of src/seed.ts, seed.ts, src/seed.js, seed.js'
const DATABASE = 'which one, where the app has several'

/** `ashlar db`: what one does with a database by hand. Each command is loaded when it is called. */
export function addDb(root: Command, done: (code: number) => void): void {
  const db = root
    .command('db')
    .description("work with the app's database: shell, reset, seed, url, advise")
    .addHelpText('after', DB_HELP)
  addShell(db, done)
  addReset(db, done)
  addSeed(db, done)
  addUrl(db, done)
  addAdvise(db, done)
}

function addShell(db: Command, done: (code: number) => void): void {
  db.command('shell')
    .description('SQL by hand: psql where it is installed, else a small prompt')
    .argument('[file]', FILE)
    .option('-c, --command <sql>', 'run this, print what it gives, and end')
    .option('--json', 'a line of JSON for each statement')
    .option('--database <name>', DATABASE)
    .addHelpText('after', SHELL_HELP)
    .action(async (file: string | undefined, options: object) => {
      const { shell } = await import('./db/shell.ts')
      done(await shell(file, options))
    })
}

function addReset(db: Command, done: (code: number) => void): void {
  db.command('reset')
    .description('drop the database with all its data, make it again, and apply the migrations')
    .argument('[file]', FILE)
    .option('--seed [file]', 'and run the seed')
    .option('--force', 'also where the database is on a server')
    .option('--database <name>', DATABASE)
    .addHelpText('after', RESET_HELP)
    .action(async (file: string | undefined, options: object) => {
      const { reset } = await import('./db/reset.ts')
      await reset(file, options)
      done(0)
    })
}

function addSeed(db: Command, done: (code: number) => void): void {
  db.command('seed')
    .description('run the seed: the data to begin with')
    .argument('[file]', SEED_FILE)
    .option('--app <file>', 'the file that exports your app; default: the nearest one, from the seed upward')
    .option('--force', 'in production too')
    .addHelpText('after', SEED_HELP)
    .action(async (file: string | undefined, options: object) => {
      const { seed } = await import('./db/seed.ts')
      await seed(file, options)
      done(0)
    })
}

function addUrl(db: Command, done: (code: number) => void): void {
  db.command('url')
    .description('print the URL of the database')
    .argument('[file]', FILE)
    .option('--database <name>', DATABASE)
    .addHelpText('after', URL_HELP)
    .action(async (file: string | undefined, options: object) => {
      const { url } = await import('./db/url.ts')
      await url(file, options)
      done(0)
    })
}

function addAdvise(db: Command, done: (code: number) => void): void {
  db.command('advise')
    .description('say which indexes are missing, and which are of no use')
    .argument('[file]', FILE)
    .option('--json', 'as JSON')
    .option('--database <name>', DATABASE)
    .addHelpText('after', ADVISE_HELP)
    .action(async (file: string | undefined, options: object) => {
      const { advise } = await import('./db/advise.ts')
      await advise(file, options)
      done(0)
    })
}

const DB_HELP = `
Examples:
  ashlar db shell                    SQL by hand
  ashlar db shell -c 'SELECT 1'      one statement
  ashlar db reset --seed             begin again, with data
  ashlar db seed                     run src/seed.ts
  ashlar db advise                   which indexes are missing
  ashlar db url                      for other programs`

const SHELL_HELP = `
Without a terminal, and with -c, the statements of one text are one transaction unless they say BEGIN and COMMIT. A statement that fails
ends the command with 1. With --json each statement gives a line such as {"command":"SELECT","rowCount":1,"rows":[{"id":1}]}.

Examples:
  ashlar db shell
  ashlar db shell -c 'SELECT count(*) FROM users'
  ashlar db shell --json -c 'SELECT * FROM users LIMIT 5'
  ashlar db shell < report.sql`

const RESET_HELP = `
Whoever is connected is disconnected. Owner, encoding and collation stay; what else was set for the database itself is gone with it.
In production it is refused.

Examples:
  ashlar db reset
  ashlar db reset --seed
  ashlar db reset src/app.ts --seed src/demo-data.ts
  DATABASE_URL=postgres://... ashlar db reset --force`

const SEED_HELP = `
The file exports it: export const seed = defineSeed({ tx: database.transaction }, async ({ tx }) => { ... })
It is saved as a whole or not at all. In production it is refused without --force.

Examples:
  ashlar db seed
  ashlar db seed src/demo-data.ts
  ashlar db seed tools/seed.ts --app src/app.ts`

const URL_HELP = `
The embedded server runs as long as something of Ashlar uses it, such as ashlar dev: keep that running for other programs.

Examples:
  ashlar db url
  pg_dump "$(ashlar db url)" > dump.sql`

const ADVISE_HELP = `
It compares the filters, orders and searches that the operations declare, and the foreign keys, with the indexes of the database. Whether an
index is used is only known where there is traffic: run it on production's database too. Nothing is changed.

Examples:
  ashlar db advise
  ashlar db advise --json
  DATABASE_URL=postgres://... ashlar db advise src/app.ts`
