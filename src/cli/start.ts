import type { App, ListenOptions } from '../app/app.ts'
import { environmentOf } from '../app/environment.ts'
import { findLogging } from '../app/internals.ts'
import { announcement, inOneLine } from './announce.ts'
import { findAppFile } from './app-file.ts'
import { checkDocument } from './check-document.ts'
import { saveCompiled } from './compile-cache.ts'
import { crash, endOnCrash } from './crash.ts'
import { loadEnvFiles } from './env-files.ts'
import { listen } from './listen.ts'
import { loadApp } from './load-app.ts'
import { print } from './print.ts'
import { stopApp } from './stop-app.ts'
import { endOnSignal, stopOnSignal, stoppingText } from './stop-on-signal.ts'
import { announceWorkers, workerCount, workersWanted, type WorkersFlag } from './workers/worker-count.ts'

/** Where it listens, and in how many processes. */
export interface StartOptions extends ListenOptions {
  /** Default: `WEB_CONCURRENCY`, or one. */
  readonly workers?: WorkersFlag
}

/** `ashlar start`: serves the app until it is told to stop. */
export async function start(file: string | undefined, { workers, ...options }: StartOptions): Promise<void> {
  const path = findAppFile(file)
  loadEnvFiles()
  const wanted = workersWanted(workers, process.env['WEB_CONCURRENCY'])
  const count = workerCount(wanted)
  announceWorkers(count, process.env)
  // One for each core is held also where there is one core: what the unit of a service says holds on every machine.
  if (wanted === 1) return startOne(path, options)
  const { startWorkers } = await import('./workers/start-workers.ts')
  await startWorkers({ path, listen: options, count })
}

async function startOne(path: string, options: ListenOptions): Promise<void> {
  let app: App | undefined
  endOnCrash(() => app)
  const loaded = endOnSignal()
  app = await loadApp(path)
  loaded()
  await serve(app, options)
}

async function serve(app: App, options: ListenOptions): Promise<void> {
  const listening = listen(app, options)
  stopOnSignal({
    stop: async () => {
      // A start that is under way is finished first; where it fails, that is reported below.
      await listening.catch(() => undefined)
      await stopApp(app, 'drain')
      await announce(app, 'Stopped.')
    },
    stopping: (signal) => void announce(app, stoppingText(signal)),
    failed: (error) => void crash(app, 'The app did not stop cleanly.', { error, graceMs: 0 }),
  })
  await announce(app, announcement(app, await listening))
  await checkDocument(app)
  saveCompiled()
}

/** In production whoever reads the output expects log lines. */
async function announce(app: App, text: string): Promise<void> {
  const log = environmentOf(app.definition) === 'production' ? findLogging(app)?.log : undefined
  if (log === undefined) await print(text)
  else log.info({}, inOneLine(text))
}
