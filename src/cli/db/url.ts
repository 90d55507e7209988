import { findAppFile } from '../app-file.ts'
import { loadApp } from '../load-app.ts'
import { print, printError } from '../print.ts'
import { databaseOf, withDatabase } from './app-database.ts'

export interface DatabaseFlags {
  readonly database?: string
}

/** `ashlar db url`: where the database is, for other programs. */
export async function url(file: string | undefined, { database: name }: DatabaseFlags): Promise<void> {
  const app = await loadApp(findAppFile(file))
  await withDatabase(databaseOf(app, name), async (found) => {
    await print(found.url)
    // Not to the output, which others read.
    if (found.embedded && process.stderr.isTTY)
      await printError(
        'This is the embedded server. It runs as long as something of Ashlar uses it, such as ashlar dev.',
      )
  })
}
