import type { App } from '../app/app.ts'
import type { OperationDescription } from '../core/description.ts'
import { accessInWords } from '../openapi/security.ts'
import { findAppFile } from './app-file.ts'
import { loadApp } from './load-app.ts'
import { print } from './print.ts'
import { table } from './table.ts'

/** One operation, as `ashlar routes --json` lists it. */
interface RouteRow {
  readonly method: string
  readonly path: string
  readonly operation: string
  readonly access: string
  readonly deprecated: boolean
}

/** `ashlar routes`: every operation, where it is and who may call it. */
export async function routes(file: string | undefined, { json = false }: { readonly json?: boolean }): Promise<void> {
  const app = await loadApp(findAppFile(file))
  const rows = rowsOf(app)
  await print(json ? JSON.stringify(rows, null, 2) : asText(rows))
}

function rowsOf(app: App): RouteRow[] {
  const below = app.operations.map((description) => rowOf(description))
  const mounted = (app.definition.mounts ?? []).flatMap(({ path, target }) =>
    target.type === 'app' ? rowsOf(target.app).map((row) => ({ ...row, path: path + row.path })) : [],
  )
  return [...below, ...mounted]
}

function rowOf({ placed, access }: OperationDescription): RouteRow {
  return {
    method: placed.operation.method,
    path: placed.path,
    operation: placed.name,
    access: accessInWords(access),
    deprecated: placed.deprecated !== undefined && placed.deprecated !== false,
  }
}

function asText(rows: readonly RouteRow[]): string {
  if (rows.length === 0) return 'The app has no operations yet.'
  return table(
    ['METHOD', 'PATH', 'OPERATION', 'ACCESS'],
    rows.map(({ method, path, operation, access, deprecated }) => [
      method,
      path,
      deprecated ? `${operation} (deprecated)` : operation,
      access,
    ]),
  )
}
