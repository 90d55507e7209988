import { pino } from 'pino'
import type { Logger } from '../core/request.ts'
import type { Environment } from './environment.ts'

const LEVELS: Record<Environment, string> = { development: 'info', production: 'info', test: 'fatal' }

/** JSON lines on standard output; `LOG_LEVEL` sets the level. */
export function defaultLogger(environment: Environment): Logger {
  return pino({ level: process.env['LOG_LEVEL'] ?? LEVELS[environment], base: null })
}
