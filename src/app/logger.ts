import { pino, stdSerializers } from 'pino'
import type { Logger } from '../core/request.ts'
import type { Environment } from './environment.ts'

const LEVELS: Record<Environment, string> = { development: 'info', production: 'info', test: 'fatal' }

interface LogDestination {
  write(line: string): void
}

/** JSON lines on standard output; `LOG_LEVEL` sets the level. Of a failed query the values are left out. */
export function defaultLogger(environment: Environment, destination?: LogDestination): Logger {
  const options = {
    level: levelOf(process.env['LOG_LEVEL']) ?? LEVELS[environment],
    base: null,
    serializers: { err: (error: unknown) => (error instanceof Error ? errorFields(error) : error) },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

const KNOWN_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent']

function levelOf(level: string | undefined): string | undefined {
  if (level === undefined || level === '') return undefined
  if (KNOWN_LEVELS.includes(level)) return level
  throw new RangeError(`LOG_LEVEL must be one of ${KNOWN_LEVELS.join(', ')}; it is ${JSON.stringify(level)}.`)
}

/** What a database says of a row or of the values of a query, which can be somebody's password or address. */
const VALUES = new Set(['params', 'parameters', 'detail', 'where'])

function errorFields(error: Error): object {
  const { raw: _, ...fields } = stdSerializers.errWithCause(error)
  return withoutValues(fields)
}

function withoutValues(fields: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (VALUES.has(name)) continue
    if ((name === 'message' || name === 'stack') && typeof value === 'string') kept[name] = withoutParams(value)
    else if (name === 'cause' && typeof value === 'object' && value !== null)
      kept[name] = withoutValues(value as Record<string, unknown>)
    else kept[name] = value
  }
  return kept
}

/** Drizzle writes a failed query's values after its text, on a line of their own that ends where the stack begins. */
function withoutParams(text: string): string {
  return text.replace(/^(params: )[\s\S]*?(?=\n {4}at |(?![\s\S]))/gm, '$1(left out)')
}
