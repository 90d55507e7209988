import { databaseHint } from '../observe/pretty/database-hint.ts'
import { shortPath } from './app-file.ts'
import { CommandError } from './command-error.ts'

/** More causes than this say nothing new. */
const MAX_CAUSES = 5

/** An error for the person at the terminal: what is wrong and what to do; a stack only where it leads into their own code. */
export function explain(error: unknown): string {
  if (error instanceof CommandError) return withHint(error)
  if (!(error instanceof Error)) return `Something was thrown that is not an Error: ${String(error)}`
  // By name: the app may have loaded another copy of the package.
  if (error.name === 'DefinitionError' || error.name === 'SettingsError') return error.message
  return [shown(error), ...causes(error)].join('\n')
}

function withHint({ message, hint, cause }: CommandError): string {
  const reasons = cause === undefined ? [] : [explain(cause)]
  return [message, ...reasons, ...(hint === undefined ? [] : [hint])].join('\n')
}

function shown(error: Error): string {
  return [headOf(error), ...databaseHint(error), ...ownFrames(error)].join('\n')
}

/** What caused it, where that says more than what is shown already: a wrapper mostly repeats the message of what it wraps. */
function causes(error: Error): string[] {
  const found: string[] = []
  let above = shown(error)
  let { cause } = error
  while (cause instanceof Error && found.length < MAX_CAUSES) {
    const repeated = above.includes(cause.message) && ownFrames(cause).every((frame) => above.includes(frame))
    if (!repeated) found.push(`Caused by: ${shown(cause)}`)
    above += `\n${shown(cause)}`
    cause = cause.cause
  }
  return found
}

/** The message, after what Node puts before it for a syntax error: the file, the line and a caret. */
function headOf(error: Error): string {
  const { name, message } = error
  const text = name === 'Error' ? message : `${name}: ${message}`
  return `${sourcePlace(error)}${text}`
}

/** Where the syntax is wrong, as Node shows it in the stack; empty where it does not. */
export function sourcePlace({ stack = '' }: Error): string {
  const end = stack.indexOf('\nSyntaxError')
  return end < 0 ? '' : `${shorten(stack.slice(0, end).trimEnd())}\n`
}

/** The lines of the stack in the app's own files. */
function ownFrames({ stack = '' }: Error): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/node:|node_modules|<anonymous>\)$/.test(line))
    .map((line) => `    ${shorten(line.trim())}`)
}

/** Paths as one would type them here. */
function shorten(text: string): string {
  return text
    .replaceAll(/file:\/\/(\/[^\s):]+)/g, (_, path: string) => decodeURI(path))
    .replaceAll(/(?<=^|[\s(])\/[^\s):]+/gm, (path) => shortPath(path))
}
