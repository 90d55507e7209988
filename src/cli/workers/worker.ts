// The process of one worker under `ashlar start --workers`, run by the process that holds the workers.
import cluster from 'node:cluster'
import type { App, Listening, ListenOptions } from '../../app/app.ts'
import { environmentOf } from '../../app/environment.ts'
import { findLogging } from '../../app/internals.ts'
import { headline, places } from '../announce.ts'
import { checkDocument } from '../check-document.ts'
import { saveCompiled } from '../compile-cache.ts'
import { crash, endOnCrash } from '../crash.ts'
import { explain } from '../explain.ts'
import { listen } from '../listen.ts'
import { loadApp } from '../load-app.ts'
import { printError } from '../print.ts'
import { resolveQuickly } from '../quick-resolve.ts'
import { longestStopMs, stopApp, type StopKind } from '../stop-app.ts'
import { toWorker, type Envelope, type FromWorker } from './messages.ts'
import { shareMetrics } from './share-metrics.ts'

export type Tell = (message: FromWorker) => void

const tell: Tell = (message) => {
  const envelope: Envelope<FromWorker> = { ashlar: message }
  if (process.connected) process.send?.(envelope)
}

async function serve(file: string, options: ListenOptions): Promise<void> {
  let app: App | undefined
  endOnCrash(() => app)
  const loading = loadApp(file)
  const listening = loading.then((loaded) => listen((app = loaded), options))
  stopWhenTold(loading, listening)
  try {
    ready(await loading, await listening)
  } catch (error) {
    await printError(explain(error))
    process.exit(1)
  }
}

function ready(app: App, listening: Listening): void {
  shareMetrics(app, tell)
  tell({
    type: 'ready',
    headline: headline(app),
    places: places(app, listening),
    environment: environmentOf(app.definition),
    longestStopMs: longestStopMs(app),
  })
  if (process.env['ASHLAR_WORKER'] === '1') void checkDocument(app)
  saveCompiled()
}

function stopWhenTold(loading: Promise<App>, listening: Promise<unknown>): void {
  let stopping = false
  const stop = async (kind: StopKind): Promise<void> => {
    if (stopping) return
    stopping = true
    // A start that is under way is finished first; where it fails, that is said there.
    await listening.catch(() => undefined)
    const app = await loading.catch(() => undefined)
    if (app === undefined) return
    await stopApp(app, kind).catch((error: unknown) =>
      crash(app, 'The app did not stop cleanly.', { error, graceMs: 0 }),
    )
    process.exit(0)
  }
  process.on('message', (message) => {
    const told = toWorker(message)
    if (told?.type === 'stop') void stop(told.kind)
  })
  // Ctrl-C reaches all processes of the terminal: what becomes of the workers is said by the one who holds them.
  process.on('SIGINT', () => undefined)
  // This one alone: the others go on, and another takes its place.
  process.on('SIGTERM', () => void stop('handOver'))
  cluster.worker?.once('disconnect', () => {
    if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true
    void loading.then((app) => findLogging(app)?.log.warn({}, LEFT_ALONE)).catch(() => undefined)
    void stop('now')
  })
}

const LEFT_ALONE = 'The process that holds the workers is gone: this one finishes what is in flight, and ends.'

resolveQuickly()
const [file = '', options = '{}'] = process.argv.slice(2)
// Written by the process that holds the workers.
await serve(file, JSON.parse(options) as ListenOptions)
