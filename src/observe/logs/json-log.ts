import { pino, stdSerializers } from 'pino'
import type { Logger } from '../../core/request.ts'
import { LineWriter, type LineDestination } from './line-writer.ts'
import type { LogLevel } from './log-level.ts'

const STDOUT = 1

/** One JSON object on each line of standard output. */
export function jsonLog(level: LogLevel, destination: LineDestination = new LineWriter(STDOUT)): Logger {
  const options = {
    level,
    base: workerOf(process.env),
    serializers: { err: (error: unknown) => (error instanceof Error ? errorFields(error) : error) },
  }
  return pino(options, destination)
}

function errorFields(error: Error): object {
  const { raw: _, ...fields } = stdSerializers.errWithCause(error)
  return fields
}

/** Which of several workers writes the line; one alone needs no name. */
function workerOf({ ASHLAR_WORKER }: NodeJS.ProcessEnv): object | null {
  return ASHLAR_WORKER === undefined ? null : { worker: Number(ASHLAR_WORKER), pid: process.pid }
}
