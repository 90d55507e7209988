import { explain } from './explain.ts'
import { printError } from './print.ts'

/** Says what happened and ends the process with 1, without a graceful stop: after a crash nothing can be trusted. */
export async function exitWith(what: string, error: unknown): Promise<never> {
  await printError(`${what}\n${explain(error)}`)
  process.exit(1)
}
