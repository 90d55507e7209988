import type { App } from '../app/app.ts'
import { environmentOf } from '../app/environment.ts'
import { findLogging } from '../app/internals.ts'
import { explain } from './explain.ts'
import { printError } from './print.ts'

/**
 * Says what happened, to whoever is told of the app's errors too, and ends the process with 1, without a graceful stop: after a crash nothing can be
 * trusted. In production it is a line of the log.
 */
export async function crash(app: App | undefined, message: string, error: unknown): Promise<never> {
  const logging = app === undefined ? undefined : findLogging(app)
  if (app !== undefined && logging !== undefined && environmentOf(app.definition) === 'production') {
    logging.log.error({ err: error }, message)
  } else {
    logging?.log.report(error, message, undefined)
    await printError(`${message}\n${explain(error)}`)
  }
  await logging?.reports?.flush()
  process.exit(1)
}
