import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { databaseHint } from './database-hint.ts'
import { plain } from './terminal-text.ts'

/** More causes than this say nothing new. */
const MAX_CAUSES = 5
const MAX_FRAMES = 6

/** `src/` here, `dist/` in the package. */
const OWN = fileURLToPath(new URL('../../', import.meta.url))

/** An error for the person at the terminal: what it says, where in the app's own code it comes from, and what caused it. */
export function errorLines(error: unknown, causes = 0): string[] {
  if (!(error instanceof Error)) return [`thrown: ${plain(String(error))}`]
  const { name, message, cause } = error
  const head = name === 'Error' ? message : `${name}: ${message}`
  const rest = cause === undefined || causes >= MAX_CAUSES ? [] : errorLines(cause, causes + 1)
  return [
    ...plain(head).split('\n'),
    ...databaseHint(error).map(plain),
    ...ownFrames(error),
    ...rest.map((line, index) => (index === 0 ? `caused by ${line}` : line)),
  ]
}

/** The lines of the stack in the app's own files. */
function ownFrames({ stack = '' }: Error): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/node:|node_modules|<anonymous>\)?$/.test(line))
    .map((line) => line.trim().replaceAll(/file:\/\/\/[^\s):]+/g, (url) => fileURLToPath(url)))
    .filter((line) => !line.includes(OWN))
    .slice(0, MAX_FRAMES)
    .map((line) => `  ${plain(line.replaceAll(/(?<=^at |[\s(])\/[^\s):]+/g, (path) => relative(process.cwd(), path)))}`)
}
