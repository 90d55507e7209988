const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** The least level that is written. */
export type LogLevel = (typeof LEVELS)[number]

/** @throws RangeError where it is none. */
export function logLevel(level: string | undefined, name: string): LogLevel | undefined {
  if (level === undefined || level === '') return undefined
  const known = LEVELS.find((each) => each === level)
  if (known !== undefined) return known
  throw new RangeError(`${name} must be one of ${LEVELS.join(', ')}; it is ${JSON.stringify(level)}.`)
}

/** Whether a line of this level is written. */
export function isWritten(level: LogLevel, least: LogLevel): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least)
}
