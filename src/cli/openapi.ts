import { readFile, writeFile } from 'node:fs/promises'
import { findAppFile } from './app-file.ts'
import { CommandError } from './command-error.ts'
import { documentDiff } from './document-diff.ts'
import { loadApp } from './load-app.ts'
import { print } from './print.ts'

export interface OpenApiOptions {
  /** Write the document to this file. */
  readonly out?: string
  /** Compare the document with this file. */
  readonly check?: string
}

/** `ashlar openapi`: the document of the app, printed, written or compared. */
export async function openapi(file: string | undefined, { out, check }: OpenApiOptions): Promise<void> {
  const app = await loadApp(findAppFile(file))
  const text = JSON.stringify(app.openapi(), null, 2)
  if (check !== undefined) return compare(check, text)
  if (out === undefined) return print(text)
  await writeFile(out, `${text}\n`)
  await print(`The document was written to ${out}.`)
}

async function compare(file: string, text: string): Promise<void> {
  const differences = documentDiff(await readDocument(file), JSON.parse(text))
  if (differences.length === 0) return print(`${file} is the document of the app.`)
  throw new CommandError(
    [
      `${file} is not the document of the app (+ only in the app, - only in the file, ~ different):`,
      ...differences,
    ].join('\n  '),
    { hint: `If the change is meant, write it: ashlar openapi --out ${file}` },
  )
}

async function readDocument(file: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new CommandError(`${file} cannot be read.`, { cause: error, hint: `Make it: ashlar openapi --out ${file}` })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CommandError(`${file} is not JSON.`, { cause: error })
  }
}
