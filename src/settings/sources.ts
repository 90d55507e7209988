import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

/** A text and where it was found. */
export interface Found {
  readonly text: string
  /** `environment`, `.env`, `/run/secrets/jwt_secret`. */
  readonly source: string
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface SourceOptions {
  /** In place of `process.env`, and then no file is read. */
  readonly env?: Environment
  /** Files of variables, in the folder where the process was started; the first that has a variable counts. Default: `.env.local`, `.env.<NODE_ENV>`, `.env`. */
  readonly files?: readonly string[]
  /** A folder with a file for each secret, named like its variable, in small letters or not. Default `/run/secrets`, where Docker puts them. */
  readonly secretsFolder?: string
}

const SECRETS_FOLDER = '/run/secrets'

/** Gives the text of a variable, and where it was found. */
export type Lookup = (name: string) => Found | undefined

/**
 * Where variables are looked for: the environment; a file that `NAME_FILE` names; files of secrets; files of variables. An empty text in the environment
 * counts as none.
 *
 * @throws UnreadableFile where a file cannot be read that `NAME_FILE` names.
 */
export function lookup({ env, files, secretsFolder = SECRETS_FOLDER }: SourceOptions): Lookup {
  const environment = env ?? process.env
  const read = env === undefined ? envFiles(files ?? envFileNames(environment['NODE_ENV'])) : []
  return (name) => {
    const direct = textOf(environment[name])
    // The commands of ashlar take what stands in files into the environment: what is the same came from there, and goes last.
    const written = variableOfFile(read, name)
    if (direct !== undefined && written?.text !== direct) return { text: direct, source: 'environment' }
    const named = textOf(environment[`${name}_FILE`]) ?? variableOfFile(read, `${name}_FILE`)?.text
    if (named !== undefined) return { text: readSecret(named, `${name}_FILE`), source: named }
    return env === undefined ? (secretFile(secretsFolder, name) ?? written) : undefined
  }
}

/** The files of variables that count in an environment, the strongest first. A developer's own file does not reach the tests. */
export function envFileNames(environment: string | undefined): readonly string[] {
  const name = environment === undefined || environment === '' ? 'development' : environment
  return [...(name === 'test' ? [] : ['.env.local']), `.env.${name}`, '.env']
}

interface EnvFile {
  readonly file: string
  readonly values: Environment
}

/** Those that are there. */
export function envFiles(files: readonly string[]): readonly EnvFile[] {
  return files.flatMap((file) => {
    const text = readIfThere(file)
    return text === undefined ? [] : [{ file, values: parseEnv(text) }]
  })
}

function variableOfFile(files: readonly EnvFile[], name: string): Found | undefined {
  for (const { file, values } of files) {
    const text = textOf(values[name])
    if (text !== undefined) return { text, source: file }
  }
  return undefined
}

function secretFile(folder: string, name: string): Found | undefined {
  for (const file of [join(folder, name), join(folder, name.toLowerCase())]) {
    const text = readIfThere(file)
    if (text !== undefined) return { text: withoutLastLineEnd(text), source: file }
  }
  return undefined
}

function readSecret(file: string, name: string): string {
  try {
    return withoutLastLineEnd(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UnreadableFile(`${name} names a file that cannot be read: ${file} (${codeOf(error)})`, { cause: error })
  }
}

/** A file that somebody named for a variable cannot be read: no other value is taken in its place. */
export class UnreadableFile extends Error {}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no reason known'
}

/** A folder of that name, or one that nobody may look into, has no settings either. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function withoutLastLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}

function textOf(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
