// The process of the app under `ashlar dev`, run by the process that watches.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { App, ListenOptions } from '../../app/app.ts'
import { isDatabase, partsOf } from '../../app/parts.ts'
import type { Database } from '../../data/database.ts'
import type { InstanceOptions } from '../../data/embedded/instance.ts'
import { announcement } from '../announce.ts'
import { checkDocument } from '../check-document.ts'
import { CommandError } from '../command-error.ts'
import { saveCompiled } from '../compile-cache.ts'
import { loadEnvFiles } from '../env-files.ts'
import { exitWith } from '../exit-with.ts'
import { explain } from '../explain.ts'
import { listen } from '../listen.ts'
import { loadApp } from '../load-app.ts'
import { print, printError } from '../print.ts'
import { resolveQuickly } from '../quick-resolve.ts'
import { FATAL_EXIT, STOP, type FromApp } from './messages.ts'
import { reportFiles } from './report-files.ts'

function tell(message: FromApp): void {
  process.send?.(message)
}

async function serve(file: string, options: ListenOptions): Promise<void> {
  const starting = Promise.withResolvers<App | undefined>()
  stopWhenTold(starting.promise)
  try {
    resolveQuickly()
    tell({ type: 'file', path: file })
    reportFiles((path) => tell({ type: 'file', path }))
    for (const name of loadEnvFiles()) tell({ type: 'file', path: resolve(name) })
    const app = await loadApp(file)
    const databases = partsOf(app.definition).filter(isDatabase)
    databases.forEach(reportMigrations)
    const listening = await listen(app, options)
    starting.resolve(app)
    // First of all: whoever reads that it runs may change a file at once.
    tell({ type: 'ready', embedded: databases.flatMap(embeddedServers) })
    await print(announcement(app, listening))
    await checkDocument(app)
    saveCompiled()
  } catch (error) {
    starting.resolve(undefined)
    await printError(explain(error))
    process.exit(error instanceof CommandError && error.fatal ? FATAL_EXIT : 1)
  }
}

function stopWhenTold(starting: Promise<App | undefined>): void {
  const stop = async (): Promise<void> => {
    await (await starting)?.stop()
    process.exit(0)
  }
  process.on('SIGINT', () => undefined)
  process.on('message', (message) => void (message === STOP && stop()))
  process.on('disconnect', () => void stop())
}

function reportMigrations({ options: { migrations } }: Database): void {
  if (migrations === undefined) return
  tell({ type: 'folder', path: migrations instanceof URL ? fileURLToPath(migrations) : resolve(migrations) })
}

function embeddedServers({ options: { url = process.env['DATABASE_URL'], embedded } }: Database): InstanceOptions[] {
  if (url !== undefined && url !== '') return []
  return [typeof embedded === 'object' ? embedded : {}]
}

process.on('uncaughtException', (error) => void exitWith('The app crashed.', error))

const [file = '', options = '{}'] = process.argv.slice(2)
// Written by the watching process.
await serve(file, JSON.parse(options) as ListenOptions)
