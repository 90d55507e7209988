import { Command, InvalidArgumentError } from 'commander'
import { addAccess } from './access/command.ts'
import { DEFAULT_FILES } from './app-file.ts'
import { addDb } from './db.ts'
import { addDeploy } from './deploy/command.ts'
import { addMigrate } from './migrate/command.ts'
import type { OpenApiOptions } from './openapi.ts'
import { parseWorkers, WORKERS_HINT, type WorkersFlag } from './workers/worker-count.ts'

type ListenFlags = { readonly port?: number; readonly host?: string }

const FILE = `the file that exports your app; default: the first of ${DEFAULT_FILES.join(', ')}`
const MAX_PORT = 65_535

/** The commands. Each is loaded when it is called, so that none waits for the others. Gives the exit code to `done`. */
export function program(version: string, done: (code: number) => void): Command {
  const root = new Command('ashlar')
    .description('Serves an Ashlar app and shows what is in it.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help; also for one command: ashlar start --help')
    .addHelpText('after', ROOT_HELP)
    .showSuggestionAfterError()
    // What stands behind a command's name is that command's, also where the one above has an option of the same name.
    .enablePositionalOptions()
    .showHelpAfterError('Run with --help to see what there is.')
  addDev(root, done)
  addStart(root)
  addRoutes(root, done)
  addConfig(root, done)
  addAccess(root, FILE, done)
  addOpenapi(root, done)
  addMigrate(root, FILE, done)
  addDb(root, done)
  addDeploy(root, FILE, done)
  return root
}

function addDev(root: Command, done: (code: number) => void): void {
  addListenOptions(
    root
      .command('dev')
      .description('serve the app, and start it again when one of its files changes')
      .argument('[file]', FILE),
  )
    .addHelpText('after', DEV_HELP)
    .action(async (file: string | undefined, options: ListenFlags) => {
      const { dev } = await import('./dev/dev.ts')
      done(await dev(file, options))
    })
}

function addStart(root: Command): void {
  addListenOptions(root.command('start').description('serve the app').argument('[file]', FILE))
    .option(
      '--workers <number>',
      'in so many processes, or auto: one for each core; default: WEB_CONCURRENCY, or 1',
      asWorkers,
    )
    .addHelpText('after', START_HELP)
    .action(async (file: string | undefined, options: ListenFlags & { readonly workers?: WorkersFlag }) => {
      const { start } = await import('./start.ts')
      await start(file, options)
    })
}

function addRoutes(root: Command, done: (code: number) => void): void {
  root
    .command('routes')
    .description('list the operations: method, path, name and who may call them')
    .argument('[file]', FILE)
    .option('--json', 'as JSON')
    .addHelpText('after', ROUTES_HELP)
    .action(async (file: string | undefined, options: { readonly json?: boolean }) => {
      const { routes } = await import('./routes.ts')
      await routes(file, options)
      done(0)
    })
}

function addConfig(root: Command, done: (code: number) => void): void {
  root
    .command('config')
    .description('show what holds for the app: its settings, limits and parts, and where each value comes from')
    .argument('[file]', FILE)
    .option('--json', 'as JSON')
    .addHelpText('after', CONFIG_HELP)
    .action(async (file: string | undefined, options: { readonly json?: boolean }) => {
      const { config } = await import('./config.ts')
      await config(file, options)
      done(0)
    })
}

function addOpenapi(root: Command, done: (code: number) => void): void {
  root
    .command('openapi')
    .description('print the OpenAPI document')
    .argument('[file]', FILE)
    .option('--out <path>', 'write it to a file')
    .option('--check <path>', 'compare it with a file; exit with 1 where they differ')
    .addHelpText('after', OPENAPI_HELP)
    .action(async (file: string | undefined, options: OpenApiOptions) => {
      const { openapi } = await import('./openapi.ts')
      await openapi(file, options)
      done(0)
    })
}

function addListenOptions(command: Command): Command {
  return command
    .option('-p, --port <number>', 'the port; default: PORT, or 3000; 0 takes a free one', parsePort)
    .option('--host <address>', 'the address; default: HOST, or 127.0.0.1, in production 0.0.0.0')
}

function parsePort(value: string): number {
  const port = Number(value)
  if (/^\d+$/.test(value) && port <= MAX_PORT) return port
  throw new InvalidArgumentError(`A port is a number from 0 to ${MAX_PORT}.`)
}

function asWorkers(value: string): WorkersFlag {
  const workers = parseWorkers(value)
  if (workers !== undefined) return workers
  throw new InvalidArgumentError(WORKERS_HINT)
}

const ENVIRONMENT_HELP = `
Environment:
  PORT           the port to listen on (3000)
  HOST           the address to listen on (127.0.0.1; in production 0.0.0.0)
  NODE_ENV       development, production or test (development)
  DATABASE_URL   a PostgreSQL server, postgres://user:password@host:5432/name (the embedded one; in production it must be set)
  ALLOWED_HOSTS  the hosts the app answers for, api.example.com,*.example.com (this machine's names; in production they must be set)
  LOG_LEVEL      debug, info, warn or error (info)
  LOG_FORMAT     json or pretty (pretty at a terminal in development, else json)`

const ROOT_HELP = `
Examples:
  ashlar dev                     serve src/app.ts while you work on it
  ashlar start dist/app.js       serve an app
  ashlar routes                  what is there, and who may call it
  ashlar config                  what holds for it, and where each value comes from
  ashlar access                  what each role may do
  ashlar openapi --out api.json  write the OpenAPI document
  ashlar migrate status          which migrations are pending
  ashlar db seed                 data to begin with
  ashlar deploy files            files for containers, Kubernetes and systemd
${ENVIRONMENT_HELP}`

const DEV_HELP = `
The app's files are those it imports, and its migrations. The embedded database keeps running in between. Where a start fails, the
problem is shown and the next change is waited for.

Examples:
  ashlar dev
  ashlar dev src/app.ts --port 8080
${ENVIRONMENT_HELP}`

const START_HELP = `
SIGTERM or Ctrl-C stops it: requests in flight finish, then it exits with 0. A second one exits at once. In production it serves on for a
moment first (limits.drainMs), while /readyz fails.

With several workers one that crashes is replaced, and SIGUSR2 starts them anew, one after the other, without losing a request.

Examples:
  ashlar start
  ashlar start --workers auto
  PORT=8080 ashlar start src/app.ts
  NODE_ENV=production ALLOWED_HOSTS=api.example.com DATABASE_URL=postgres://... ashlar start
${ENVIRONMENT_HELP}`

const ROUTES_HELP = `
The app is loaded and not started: no database is needed.

Examples:
  ashlar routes
  ashlar routes src/app.ts --json`

const CONFIG_HELP = `
The app is loaded and not started. Secrets are shown as [redacted]. Where settings are missing or wrong, all of them are listed.

Examples:
  ashlar config
  NODE_ENV=production ashlar config src/app.ts --json`

const OPENAPI_HELP = `
The app is loaded and not started: no database is needed. In CI, --check notices a change of the API that nobody has looked at.

Examples:
  ashlar openapi > openapi.json
  ashlar openapi --out openapi.json
  ashlar openapi --check openapi.json`
