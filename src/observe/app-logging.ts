import type { RequestObserver } from '../core/observation/observer.ts'
import type { Logger } from '../core/request.ts'
import { HiddenNames } from './logs/hidden-names.ts'
import { jsonLog } from './logs/json-log.ts'
import { LineWriter } from './logs/line-writer.ts'
import { logLevel, type LogLevel } from './logs/log-level.ts'
import type { LogOptions } from './logs/log-options.ts'
import { RedactingLog } from './logs/redacting-log.ts'
import { RequestLog } from './logs/request-log.ts'
import { SecretPaths } from './logs/secret-paths.ts'
import { prettyLog } from './pretty/pretty-log.ts'
import { requestText } from './pretty/request-text.ts'
import type { ErrorHook } from './reports/error-report.ts'
import { ErrorReports } from './reports/error-reports.ts'

type Environment = 'development' | 'production' | 'test'

export interface LoggingOptions {
  readonly environment: Environment
  readonly logs: LogOptions | false | undefined
  /** The app's own, in place of the one made here. */
  readonly logger: Logger | undefined
  readonly onError: ErrorHook | undefined
}

/** The log of an app, and who is told of its errors. */
export interface AppLogging {
  readonly log: RedactingLog
  readonly names: HiddenNames
  readonly paths: SecretPaths
  readonly reports: ErrorReports | undefined
  /** Writes the lines of requests, where they are wanted. */
  readonly observer: RequestObserver | undefined
}

const SLOW_MS = 1_000
const SLOW_IN_DEVELOPMENT_MS = 500
const STDOUT = 1

/** @throws RangeError where an option, `LOG_LEVEL` or `LOG_FORMAT` is none. */
export function appLogging(options: LoggingOptions): AppLogging {
  const { environment, logs, logger, onError } = options
  const settings = logs === false ? {} : (logs ?? {})
  const level = levelOf(settings, options)
  const writer = formatOf(environment) === 'pretty' ? new LineWriter(STDOUT) : undefined
  const sink = logger ?? (writer === undefined ? jsonLog(level) : prettyLog(level, writer))
  const names = new HiddenNames(settings.redact)
  const paths = new SecretPaths()
  const reports =
    onError === undefined
      ? undefined
      : new ErrorReports({
          hook: onError,
          log: new RedactingLog({ sink, names, reports: undefined }),
          pathOf: ({ head }) => head.basePath + paths.shown(head.path),
        })
  const { requests = logs === undefined ? environment !== 'test' : logs !== false } = settings
  const isWritten = logs !== false && requests !== false
  const observer = new RequestLog({
    sink,
    names,
    paths,
    sample: typeof requests === 'function' ? requests : undefined,
    slowMs: slowMsOf(settings, environment),
    steps: environment === 'development',
    print: writer === undefined ? undefined : (...shown) => writer.write(requestText(...shown)),
  })
  return {
    log: new RedactingLog({ sink, names, reports }),
    names,
    paths,
    reports,
    observer: isWritten ? observer : undefined,
  }
}

function levelOf({ level }: LogOptions, { environment, logger }: LoggingOptions): LogLevel {
  if (level !== undefined && logger !== undefined)
    throw new RangeError('logs.level is of the logger made for the app; give the level to your own `logger`.')
  const fallback = environment === 'test' ? 'fatal' : 'info'
  return logLevel(process.env['LOG_LEVEL'], 'LOG_LEVEL') ?? logLevel(level, 'logs.level') ?? fallback
}

function slowMsOf({ slowMs }: LogOptions, environment: Environment): number {
  if (slowMs === undefined) return environment === 'development' ? SLOW_IN_DEVELOPMENT_MS : SLOW_MS
  if (slowMs > 0) return slowMs
  throw new RangeError(`logs.slowMs must be more than 0 milliseconds; it is ${slowMs}.`)
}

/** For a person at a terminal, or for a program: in production always for a program. */
function formatOf(environment: Environment): 'json' | 'pretty' {
  const named = process.env['LOG_FORMAT'] ?? ''
  if (named !== '' && named !== 'json' && named !== 'pretty')
    throw new RangeError(`LOG_FORMAT must be json or pretty; it is ${JSON.stringify(named)}.`)
  if (environment === 'production') return 'json'
  if (named !== '') return named
  return environment === 'development' && process.stdout.isTTY ? 'pretty' : 'json'
}
