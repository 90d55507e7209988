import type { App } from '../../app/app.ts'
import { scopeOf } from '../../core/access/decision.ts'
import { rowOperationOf, type RowOperation } from '../../data/resource/row-operations.ts'
import { RowReach } from '../../data/resource/row-reach.ts'
import { findAppFile } from '../app-file.ts'
import { CommandError } from '../command-error.ts'
import { loadApp } from '../load-app.ts'
import { print } from '../print.ts'
import { callerOf, isShut } from './caller.ts'
import { demandsOf, matching, operationsOf, type PlacedDescription } from './demands.ts'
import { isNoValue, withEngine } from './engine.ts'
import { principalWith, rolePermissions, type RolePermissions } from './grants.ts'
import { Judge } from './judge.ts'
import { runRule } from './run-rule.ts'
import { stepLines } from './step.ts'
import { askedUser, type AskedUser } from './user.ts'
import { verdictOf, type Verdict } from './verdict.ts'

export interface ExplainFlags {
  readonly app?: string
  readonly grant?: RolePermissions
  readonly start?: boolean
  readonly json?: boolean
}

export interface Asked {
  readonly user: string
  readonly operation: string
  readonly id: string | undefined
}

const EXIT_CODES = { allowed: 0, refused: 2, depends: 3 } as const

/** `ashlar access explain`: which rule decides about one caller, one operation and one row. Gives the exit code. */
export async function explainAccess(asked: Asked, flags: ExplainFlags): Promise<number> {
  const explanation = await explanationOf(await loadApp(findAppFile(flags.app)), asked, flags)
  const { about, verdict } = explanation
  await print(flags.json === true ? JSON.stringify({ ...about, ...verdict }, null, 2) : asText(explanation))
  return EXIT_CODES[verdict.outcome]
}

interface Explanation {
  readonly about: { readonly user: string; readonly operation: string; readonly id?: string }
  readonly placed: PlacedDescription
  readonly verdict: Verdict
}

/** @throws CommandError where it cannot be asked. */
export async function explanationOf(
  app: App,
  { user: text, operation, id }: Asked,
  flags: Pick<ExplainFlags, 'grant' | 'start'> = {},
): Promise<Explanation> {
  const found = matching(operationsOf(app), [operation])
  const [placed] = found
  if (placed === undefined || found.length > 1)
    throw new CommandError(`${operation} is more than one operation.`, { hint: 'Name one.' })
  const user = await askedUser(text, app)
  const verdict = await explained({ app, placed, user, id, flags })
  const about = { user: user.words, operation: placed.description.placed.name, ...(id !== undefined && { id }) }
  return { about, placed, verdict }
}

interface Question {
  readonly app: App
  readonly placed: PlacedDescription
  readonly user: AskedUser
  readonly id: string | undefined
  readonly flags: ExplainFlags
}

function explained({ app, placed, user, id, flags }: Question): Promise<Verdict> {
  const { description } = placed
  const { access: decision } = description
  const permissions = rolePermissions(app, flags.grant)
  const principal = user.principal && principalWith(user.principal, { permissions })
  const caller = callerOf(principal, decision)
  const row = rowOperationOf(description.placed.operation)
  const params = paramsOf(placed, row, id)
  const judged = (reach: RowReach | undefined): Promise<Verdict> =>
    verdictOf({
      judge: new Judge({
        decision,
        caller,
        reach,
        custom: (node) => runRule(node, { app: placed.app, user: principal!, params, start: flags.start === true }),
      }),
      demands: demandsOf(description),
      reach,
      row,
      known: caller !== undefined,
      isShut: isShut(decision, caller),
      ofNoRow: isOfNoRow(placed, row),
    })
  const asksRow = row !== undefined && !row.pastRows && row.action !== 'create' && id !== undefined && !user.generic
  if (!asksRow) return judged(undefined)
  const asker = {
    user: principal,
    scopeOf: (rule: Parameters<typeof scopeOf>[0], custom: boolean) =>
      scopeOf(rule, { caller, custom, askedBy: decision.askedBy }),
  }
  return withEngine(row.declared.database, ({ runner }) =>
    judged(new RowReach({ declared: row.declared, runner, asker, key: params })).catch((error: unknown) => {
      if (!isNoValue(error)) throw error
      throw new CommandError(`"${id}" is no key of ${row.declared.definition.model.name}.`)
    }),
  )
}

/** A list, or what creates rows. */
function isOfNoRow({ description }: PlacedDescription, row: RowOperation | undefined): boolean {
  if (row === undefined || row.action === 'create') return true
  const { pathNames, operation } = description.placed
  const keys = row.declared.definition.model.primaryKey.filter(({ key }) => pathNames.includes(key))
  return operation.method === 'GET' && keys.length < row.declared.definition.model.primaryKey.length
}

/** The path's parameters and the row's key, in the order in which the path has them. */
function paramsOf(
  { description }: PlacedDescription,
  row: RowOperation | undefined,
  id: string | undefined,
): Readonly<Record<string, string>> {
  if (id === undefined) return {}
  const keys = row?.declared.definition.model.primaryKey.map(({ key }) => key) ?? []
  const names = [...new Set([...description.placed.pathNames, ...(row?.action === 'create' ? [] : keys)])]
  const values = id.split('/')
  if (names.length === 0)
    throw new CommandError(`${description.placed.name} has no parameter in its path, and no row.`, {
      hint: 'Leave the id out.',
    })
  if (values.length !== names.length)
    throw new CommandError(`The id has ${values.length} values, and the path ${names.length}: ${names.join('/')}`)
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
}

function asText({ about, placed: { description, path }, verdict }: Explanation): string {
  const { words, decidedBy, steps, notes } = verdict
  const { method } = description.placed.operation
  const on = about.id === undefined ? '' : `, ${about.id}`
  return [
    `${about.user}: ${about.operation} (${method} ${path})${on}`,
    words,
    ...(decidedBy === undefined ? [] : [`Decided by ${decidedBy}`]),
    '',
    ...steps.flatMap((step) => stepLines(step)),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n')
}
