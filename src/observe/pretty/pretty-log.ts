import { inspect } from 'node:util'
import type { Logger } from '../../core/request.ts'
import { isWritten, type LogLevel } from '../logs/log-level.ts'
import type { LineDestination } from '../logs/line-writer.ts'
import { errorLines } from './error-text.ts'
import { plain, styled } from './terminal-text.ts'

const STYLES = { debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red' } as const

/** Log lines for a person: the level, the message, the fields, and an error with the place in the app's own code. */
export function prettyLog(least: LogLevel, destination: LineDestination): Logger {
  const at = (level: keyof typeof STYLES) =>
    isWritten(level, least)
      ? (fields: object, message = ''): void => destination.write(`${lineOf(level, fields, message)}\n`)
      : (): void => undefined
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function lineOf(level: keyof typeof STYLES, fields: object, message: string): string {
  const { err, ...rest } = fields as Readonly<Record<string, unknown>>
  const shown = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => styled('dim', plain(`${name}=${typeof value === 'string' ? value : inspected(value)}`)))
  const head = [styled(STYLES[level], level.toUpperCase().padEnd(5)), plain(message), ...shown].join(' ')
  return err === undefined ? head : [head, ...errorLines(err).map((line) => `      ${line}`)].join('\n')
}

function inspected(value: unknown): string {
  return inspect(value, { breakLength: Infinity, depth: 4 })
}
