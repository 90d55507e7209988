import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '../app/app.ts'
import { environmentOf } from '../app/environment.ts'
import { findLogging } from '../app/internals.ts'
import { explain } from './explain.ts'
import { printError } from './print.ts'

/** What others in flight have to finish. Not more: whoever waits for what has crashed waits for nothing. */
const GRACE_MS = 2_000

/**
 * Where an error or a rejection reaches nobody: says so, takes no more requests, and ends the process with 1 as soon as what is in flight is answered, after
 * 2 s at most. After a crash nothing can be trusted for longer; whoever runs the process starts it again. A second crash ends it at once.
 */
export function endOnCrash(appOf: () => App | undefined): void {
  let crashed = false
  process.on('uncaughtException', (error) => {
    const graceMs = crashed ? 0 : GRACE_MS
    crashed = true
    void crash(appOf(), 'The app crashed.', { error, graceMs })
  })
}

/** Says what happened, to whoever is told of the app's errors too, and ends the process with 1. In production it is a line of the log. */
export async function crash(
  app: App | undefined,
  message: string,
  { error, graceMs }: { readonly error: unknown; readonly graceMs: number },
): Promise<never> {
  const logging = app === undefined ? undefined : findLogging(app)
  if (app !== undefined && logging !== undefined && environmentOf(app.definition) === 'production') {
    logging.log.error({ err: error }, message)
  } else {
    logging?.log.report(error, message, undefined)
    await printError(`${message}\n${explain(error)}`)
  }
  // What else fails while it ends follows from this.
  const stopped = graceMs > 0 ? app?.stop().catch(() => undefined) : undefined
  await Promise.race([stopped, sleep(graceMs)])
  await logging?.reports?.flush()
  process.exit(1)
}
