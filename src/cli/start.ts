import type { App, ListenOptions } from '../app/app.ts'
import { environmentOf } from '../app/environment.ts'
import { defaultLogger } from '../app/logger.ts'
import { announcement } from './announce.ts'
import { findAppFile } from './app-file.ts'
import { checkDocument } from './check-document.ts'
import { saveCompiled } from './compile-cache.ts'
import { exitWith } from './exit-with.ts'
import { listen } from './listen.ts'
import { loadApp } from './load-app.ts'
import { print } from './print.ts'
import { stopOnSignal } from './stop-on-signal.ts'

/** `ashlar start`: serves the app until it is told to stop. */
export async function start(file: string | undefined, options: ListenOptions): Promise<void> {
  process.on('uncaughtException', (error) => void exitWith('The app crashed.', error))
  const app = await loadApp(findAppFile(file))
  const listening = listen(app, options)
  stopOnSignal(
    async (signal) => {
      // A start that is under way is finished first; where it fails, that is reported below.
      await listening.catch(() => undefined)
      await stop(app, signal)
    },
    (error) => void exitWith('The app did not stop cleanly.', error),
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
async function announce({ definition }: App, text: string): Promise<void> {
  const environment = environmentOf(definition)
  if (environment === 'production') (definition.logger ?? defaultLogger(environment)).info({}, text)
  else await print(text)
}
