import type { Logger } from '../../core/request.ts'
import { jsonLog } from '../../observe/logs/json-log.ts'
import { inOneLine } from '../announce.ts'
import { print, printError } from '../print.ts'

/** How the process that holds the workers speaks: it has no app, and so no log of the app's. */
export interface WorkersVoice {
  readonly log: Logger
  say(text: string): Promise<void>
  /** What the first worker says of the app. */
  speakAsIn(environment: 'development' | 'production' | 'test'): void
}

/** Lines of a log in production, sentences for a person elsewhere. */
export function workersVoice(): WorkersVoice {
  const lines = jsonLog('info')
  let isProduction = process.env['NODE_ENV'] === 'production'
  const sentence = (_: object, text: string): void => void printError(text)
  const log: Logger = {
    debug: () => undefined,
    info: (fields: object, text: string) => (isProduction ? lines.info(fields, text) : void print(text)),
    warn: (fields: object, text: string) => (isProduction ? lines.warn(fields, text) : sentence(fields, text)),
    error: (fields: object, text: string) => (isProduction ? lines.error(fields, text) : sentence(fields, text)),
  }
  return {
    log,
    say: async (text) => (isProduction ? lines.info({}, inOneLine(text)) : print(text)),
    speakAsIn: (environment) => {
      isProduction = environment === 'production'
    },
  }
}
