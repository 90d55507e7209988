import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { App } from '../app/app.ts'
import { shortPath } from './app-file.ts'
import { CommandError } from './command-error.ts'
import { loadEnvFiles } from './env-files.ts'
import { sourcePlace } from './explain.ts'

/**
 * Imports the file and gives the app it exports, as `app` or as its default.
 *
 * @throws CommandError where the file cannot be imported or exports no app.
 */
export async function loadApp(path: string): Promise<App> {
  const exported = await importFile(path)
  const found = [exported['app'], exported['default']].find((value) => isApp(value))
  if (found !== undefined) return found
  throw new CommandError(`${shortPath(path)} does not export an app. ${whatItExports(exported)}`, {
    hint: "Write there: export const app = createApp({ title: 'My API', version: '1.0.0', api })",
  })
}

/** @throws CommandError where it cannot be imported, with what helps. */
export async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  loadEnvFiles()
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (error) {
    const hint = hintFor(error) ?? hintForSyntax(error, path)
    throw new CommandError(`${shortPath(path)} could not be loaded.`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}

/** By its shape: the app may have been made by another copy of the package. */
function isApp(value: unknown): value is App {
  return (
    typeof value === 'object' && value !== null && 'definition' in value && 'listen' in value && 'operations' in value
  )
}

function whatItExports(exported: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(exported)
  if (names.length === 0) return 'It exports nothing.'
  if ('app' in exported) return 'Its export `app` was not made by createApp.'
  return `It exports ${names.map((name) => `\`${name}\``).join(', ')}, and no \`app\`.`
}

function hintFor(error: unknown): string | undefined {
  const { code, url } = error as { readonly code?: string; readonly url?: string }
  if (code === 'ERR_MODULE_NOT_FOUND') return url === undefined ? HINT_PACKAGE : hintForMissingFile(url)
  if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return hintForSubpath((error as Error).message)
  if (code === 'ERR_UNSUPPORTED_DIR_IMPORT') return 'Name the file in the folder: import ... from "./folder/index.ts"'
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return HINT_ERASABLE
  // What a module declares with const is not there until it has run, and of two that import each other one runs first.
  if (error instanceof ReferenceError && error.message.endsWith(' before initialization')) return HINT_CIRCLE
  return undefined
}

/** Only an error that nobody catches makes Node show the place in every case. */
function hintForSyntax(error: unknown, path: string): string | undefined {
  if (!(error instanceof SyntaxError) || sourcePlace(error) !== '') return undefined
  return `To see where: node ${shortPath(path)}`
}

const HINT_PACKAGE = 'Install what is missing: npm install <package>'
const HINT_CIRCLE =
  'If it is imported, two modules import each other: move what both need into a module of its own. Else declare it above.'
const HINT_ERASABLE =
  'Node runs TypeScript by removing its types, so enums, namespaces and parameter properties do not work. ' +
  'Set "erasableSyntaxOnly": true in tsconfig.json to see all such places.'

function hintForMissingFile(url: string): string | undefined {
  const path = fileURLToPath(url)
  const named = [path.replace(/\.js$/, '.ts'), `${path}.ts`, `${path}/index.ts`].find(
    (candidate) => candidate !== path && existsSync(candidate),
  )
  if (named === undefined) return undefined
  return `There is a ${shortPath(named)}. Imports name the file as it is, with its extension: Node runs TypeScript without a build.`
}

/** What the package does export: Node names the file that says so. */
function hintForSubpath(message: string): string | undefined {
  const path = / in (.+package\.json)/.exec(message)?.[1]
  if (path === undefined || !existsSync(path)) return undefined
  const { name = '', exports = {} } = JSON.parse(readFileSync(path, 'utf8')) as { name?: string; exports?: object }
  const subpaths = Object.keys(exports).filter((key) => /^\.(?:\/[\w-]+)*$/.test(key))
  return subpaths.length === 0 ? undefined : `It has: ${subpaths.map((key) => name + key.slice(1)).join(', ')}`
}
