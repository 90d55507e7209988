import type { Principal } from '../../core/access/index.ts'
import { accessInWords } from '../../openapi/security.ts'
import { findAppFile } from '../app-file.ts'
import { CommandError } from '../command-error.ts'
import { loadApp } from '../load-app.ts'
import { print } from '../print.ts'
import { table } from '../table.ts'
import { cellOf, type Cell } from './cell.ts'
import { demandsOf, matching, operationsOf } from './demands.ts'
import { hasPermission, namedGrants, principalWith, rolePermissions, type RolePermissions } from './grants.ts'

export interface MatrixFlags {
  readonly operation?: readonly string[]
  readonly role?: readonly string[]
  readonly roles?: readonly string[]
  readonly grant?: RolePermissions
  readonly scopes?: readonly string[]
  readonly json?: boolean
}

/** One operation, as `ashlar access --json` lists it. */
interface MatrixRow {
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly access: string
  readonly callers: Readonly<Record<string, Cell>>
}

/** A kind of caller: a column of the matrix. */
interface Column {
  readonly name: string
  readonly user: Principal | undefined
}

/** `ashlar access`: what each operation is to each role. */
export async function access(file: string | undefined, flags: MatrixFlags): Promise<void> {
  const app = await loadApp(findAppFile(file))
  const all = operationsOf(app).map((each) => ({ ...each, demands: demandsOf(each.description) }))
  const chosen = new Set(matching(all, flags.operation ?? []))
  const named = namedGrants(all.flatMap(({ demands }) => demands))
  const columns = columnsOf({ named, permissions: rolePermissions(app, flags.grant), flags })
  const rows = all
    .filter((each) => chosen.has(each))
    .map(({ description, demands, path }): MatrixRow => {
      const { placed, access: decision } = description
      return {
        operation: placed.name,
        method: placed.operation.method,
        path,
        access: accessInWords(decision),
        callers: Object.fromEntries(columns.map(({ name, user }) => [name, cellOf(demands, decision, user)])),
      }
    })
  await print(flags.json === true ? JSON.stringify(rows, null, 2) : asText(rows, columns))
}

interface ColumnParts {
  readonly named: ReturnType<typeof namedGrants>
  readonly permissions: RolePermissions
  readonly flags: MatrixFlags
}

/** Nobody, a caller without roles, each role, and each permission that no role carries. */
function columnsOf({ named, permissions, flags }: ColumnParts): readonly Column[] {
  // A role limits no credentials: unless scopes are named, they have all there are.
  const scopes = flags.scopes ?? ['*', ...named.scope]
  const restricted = flags.scopes !== undefined
  const someone = (more: object): Principal =>
    principalWith({ id: '', roles: [], permissions: [], restricted, ...more }, { permissions, scopes })
  const roles = [...new Set([...named.role, ...permissions.keys(), ...(flags.roles ?? [])])]
  const ofRoles = roles.map((name) => ({ name, user: someone({ roles: [name] }) }))
  const uncarried = named.permission.filter((name) => !ofRoles.some((each) => hasPermission(each.user, name)))
  const all: readonly Column[] = [
    { name: 'anonymous', user: undefined },
    { name: 'authenticated', user: someone({}) },
    ...ofRoles,
    ...uncarried.map((name) => ({ name: `permission ${name}`, user: someone({ permissions: [name] }) })),
  ]
  const { role: asked } = flags
  if (asked === undefined) return all
  const unknown = asked.find((name) => !all.some((each) => each.name === name))
  if (unknown === undefined) return all.filter(({ name }) => asked.includes(name))
  throw new CommandError(`No rule names the role "${unknown}".`, {
    hint: `There are: ${all.map(({ name }) => name).join(', ')}. One that no rule names is added by --roles ${unknown}`,
  })
}

function asText(rows: readonly MatrixRow[], columns: readonly Column[]): string {
  if (rows.length === 0) return 'The app has no operations yet.'
  return table(
    ['OPERATION', ...columns.map(({ name }) => name)],
    rows.map(({ operation, callers }) => [operation, ...columns.map(({ name }) => callers[name] ?? '')]),
  )
}
