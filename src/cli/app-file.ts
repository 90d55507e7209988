import { existsSync, statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { CommandError } from './command-error.ts'

/** Where an app is looked for when no file is named. */
export const DEFAULT_FILES = ['src/app.ts', 'app.ts', 'src/app.js', 'app.js'] as const

/**
 * The full path of the app's file.
 *
 * @throws CommandError where there is none.
 */
export function findAppFile(named: string | undefined): string {
  if (named === undefined) return findDefault()
  const path = resolve(named)
  if (!existsSync(path)) {
    throw new CommandError(`There is no file ${named} in ${process.cwd()}.`, {
      hint: 'Name the file that exports your app, such as: ashlar start src/app.ts',
    })
  }
  if (!statSync(path).isDirectory()) return path
  throw new CommandError(`${named} is a folder.`, {
    hint: `Name the file in it that exports your app: ${named}/app.ts`,
  })
}

function findDefault(): string {
  const found = DEFAULT_FILES.find((file) => existsSync(file))
  if (found !== undefined) return resolve(found)
  throw new CommandError(`No app was found in ${process.cwd()}: there is none of ${DEFAULT_FILES.join(', ')}.`, {
    hint: 'Name the file that exports your app: ashlar start path/to/app.ts',
  })
}

/** The path as one would type it here. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : short
}
