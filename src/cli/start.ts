import type { App, ListenOptions } from '../app/app.ts'
import { environmentOf } from '../app/environment.ts'
import { findLogging } from '../app/internals.ts'
import { announcement } from './announce.ts'
import { findAppFile } from './app-file.ts'
import { checkDocument } from './check-document.ts'
import { saveCompiled } from './compile-cache.ts'
import { crash } from './crash.ts'
import { listen } from './listen.ts'
import { loadApp } from './load-app.ts'
import { print } from './print.ts'
import { stopOnSignal } from './stop-on-signal.ts'

/** `ashlar start`: serves the app until it is told to stop. */
export async function start(file: string | undefined, options: ListenOptions): Promise<void> {
  let app: App | undefined
  process.on('uncaughtException', (error) => void crash(app, 'The app crashed.', error))
  await serve((app = await loadApp(findAppFile(file))), options)
}

async function serve(app: App, options: ListenOptions): Promise<void> {
  const listening = listen(app, options)
  stopOnSignal(
    async (signal) => {
      // A start that is under way is finished first; where it fails, that is reported below.
      await listening.catch(() => undefined)
      await stop(app, signal)
    },
    (error) => void crash(app, 'The app did not stop cleanly.', error),
  )
  await announce(app, announcement(app, await listening))
  await checkDocument(app)
  saveCompiled()
}

async function stop(app: App, signal: NodeJS.Signals): Promise<void> {
  await announce(app, `${signal}: finishing the requests in flight. Again to stop at once.`)
  await app.stop()
  await announce(app, 'Stopped.')
}

/** In production whoever reads the output expects log lines. */
async function announce(app: App, text: string): Promise<void> {
  const log = environmentOf(app.definition) === 'production' ? findLogging(app)?.log : undefined
  if (log === undefined) await print(text)
  else log.info({}, text)
}
