import { inspect } from 'node:util'
import type { Logger } from '../../core/request.ts'
import { explain } from '../explain.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof LEVELS)[number]

/** Log lines for a person: the message, then the fields. `LOG_LEVEL` sets the least level, default `info`. */
export function devLogger(bound: object = {}): Logger & { child(fields: object): Logger } {
  const least = LEVELS.indexOf((process.env['LOG_LEVEL'] ?? 'info') as Level)
  const at =
    (level: Level) =>
    (fields: object, message = ''): void => {
      if (LEVELS.indexOf(level) >= least) process.stderr.write(`${line(level, { ...bound, ...fields }, message)}\n`)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => devLogger({ ...bound, ...fields }),
  }
}

function line(level: Level, fields: Readonly<Record<string, unknown>>, message: string): string {
  const { err, ...rest } = fields
  const shown = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : inspect(value, { breakLength: Infinity })}`)
  const head = [level.toUpperCase().padEnd(5), message, ...shown].join(' ')
  return err === undefined ? head : `${head}\n${explain(err)}`
}
