import { safeText, withoutQuoted } from './error-text.ts'
import type { Redaction } from './redaction.ts'

/** What errors say of a row, of the values of a query or of what was sent, which can be somebody's password or address. */
const VALUES = new Set(['params', 'parameters', 'detail', 'where', 'internalQuery', 'input', 'received', 'body', 'raw'])

/** What is shown of an error although it is not enumerable. */
const SHOWN = new Set(['name', 'message', 'stack', 'cause', 'errors', 'issues'])

interface ShownError extends Error {
  readonly issues?: unknown
  readonly code?: unknown
}

/** The error without secrets: the very same where it has none, else one of the same class that can be logged, reported and inspected. */
export function safeError(error: ShownError, redaction: Redaction, depth: number): Error {
  const message = safeMessage(error, redaction)
  const shown = new Map<string, unknown>()
  const own = redaction.fields({ ...error }, depth)
  for (const name of Object.getOwnPropertyNames(error)) {
    if (name === 'message') shown.set(name, message)
    else if (name === 'stack') shown.set(name, safeStack(error, message, redaction))
    else if (name === 'issues') shown.set(name, issuesOf(error.issues) ?? own[name])
    else if (VALUES.has(name)) shown.set(name, undefined)
    else if (SHOWN.has(name)) shown.set(name, redaction.value(Reflect.get(error, name), depth + 1))
    else if (Object.hasOwn(own, name)) shown.set(name, own[name])
  }
  const isSame = [...shown].every(([name, value]) => value === Reflect.get(error, name))
  return isSame ? error : copyOf(error, message, shown)
}

/** `instanceof` holds for it, `name` is the same, and so is what is enumerable. */
function copyOf(error: ShownError, message: string, shown: ReadonlyMap<string, unknown>): Error {
  const copy = new Error(message)
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error) as object)
  for (const [name, value] of shown) {
    if (value === undefined) continue
    const enumerable = Object.prototype.propertyIsEnumerable.call(error, name)
    Object.defineProperty(copy, name, { value, enumerable, writable: true, configurable: true })
  }
  return copy
}

function safeMessage(error: ShownError, { credentials }: Redaction): string {
  const issues = issuesOf(error.issues)
  // Zod's message is its issues as JSON, with the values where somebody asked for `reportInput`.
  if (issues !== undefined && issues !== error.issues) return JSON.stringify(issues, undefined, 2)
  const isData = typeof error.code === 'string' && /^22[0-9A-Z]{3}$/.test(error.code)
  return safeText(isData ? withoutQuoted(error.message) : error.message, credentials)
}

/** The stack begins with the message. */
function safeStack(error: ShownError, message: string, { credentials }: Redaction): string | undefined {
  const { stack } = error
  if (typeof stack !== 'string') return undefined
  const changed = message === error.message ? stack : stack.replace(error.message, () => message)
  return safeText(changed, credentials)
}

/** Zod's, and those of libraries that speak of problems in the same way: without the values that they are about. */
function issuesOf(issues: unknown): unknown {
  if (!Array.isArray(issues)) return undefined
  const shown = issues.map((issue: unknown) =>
    hasValue(issue) ? { ...issue, input: undefined, received: undefined } : issue,
  )
  return shown.every((issue, index) => issue === issues[index]) ? issues : shown
}

function hasValue(issue: unknown): issue is object {
  return typeof issue === 'object' && issue !== null && ('input' in issue || 'received' in issue)
}
