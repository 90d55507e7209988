import { InvalidArgumentError, type Command } from 'commander'
import type { MatrixFlags } from './matrix.ts'

/** Adds `ashlar access`. What it does is loaded when it is called. */
export function addAccess(root: Command, file: string, done: (code: number) => void): void {
  const access = root
    .command('access')
    .description('who may do what: each operation and each role')
    .argument('[file]', file)
    .option('--operation <names>', 'only these, separated by commas; * stands for any part: posts.*', parseNames)
    .option('--role <names>', 'only these columns: roles, anonymous, authenticated', parseNames)
    .option('--roles <names>', 'roles that no rule names, besides', parseNames)
    .option('--grant <role=permissions>', 'what a role carries: editor=posts:*,media:read; may be repeated', parseGrant)
    .option('--scopes <names>', 'what the credentials are limited to; default: not limited', parseNames)
    .option('--json', 'as JSON')
    .enablePositionalOptions()
    .addHelpText('after', ACCESS_HELP)
    .action(async (name: string | undefined, flags: MatrixFlags) => {
      const { access: matrix } = await import('./matrix.ts')
      await matrix(name, flags)
      done(0)
    })
  addExplain(access, file, done)
}

function addExplain(access: Command, file: string, done: (code: number) => void): void {
  access
    .command('explain')
    .description('say which rule decides about one caller, one operation and one row')
    .argument('<user>', 'JSON with an id, role:NAME, anonymous, or the id or e-mail address of a user of the app')
    .argument('<operation>', 'its name, such as posts.update')
    .argument('[id]', 'the key of a row, as it stands in the path; several values are separated by /')
    .option('--app <file>', file)
    .option('--grant <role=permissions>', 'what a role carries: editor=posts:*,media:read; may be repeated', parseGrant)
    .option('--start', 'start the app for rules of your own that use dependencies; its migrations are applied')
    .option('--json', 'as JSON')
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (user: string, operation: string, id: string | undefined, flags: object) => {
      const { explainAccess } = await import('./explain-access.ts')
      done(await explainAccess({ user, operation, id }, flags))
    })
}

function parseNames(value: string, before: readonly string[] = []): readonly string[] {
  const names = value.split(',').map((name) => name.trim())
  if (names.includes('')) throw new InvalidArgumentError('Write names separated by commas: admin,editor')
  return [...before, ...names]
}

function parseGrant(
  value: string,
  before: ReadonlyMap<string, readonly string[]> = new Map(),
): ReadonlyMap<string, readonly string[]> {
  const [role = '', permissions = ''] = value.split(/=(.*)/s)
  if (role === '' || permissions === '') throw new InvalidArgumentError('Write role=permission,permission')
  return new Map([...before, [role, [...(before.get(role) ?? []), ...parseNames(permissions)]]])
}

const ACCESS_HELP = `
A cell says what the operation is to a caller with that role and no other:
  anyone      nobody is asked
  yes         allowed
  own rows    of the rows that rules leave the caller: their own, their tenant's
  some rows   of the rows that rules leave everybody
  rule NAME?  only code can say
  no          401 or 403

The app is loaded and not started: no database is needed. It exits with 1 where an operation or a role is not there.

Examples:
  ashlar access
  ashlar access --operation 'posts.*' --role anonymous,editor
  ashlar access --grant editor=posts:* --json
  ashlar access explain role:editor posts.update`

const EXPLAIN_HELP = `
Without a row the app is only loaded. With one the database is read, and nothing in it is changed.

Exits with 0 where the caller may, with 2 where they may not, with 3 where only code or a row can say, and with 1 where it cannot be asked.

Examples:
  ashlar access explain anonymous posts.list
  ashlar access explain role:editor posts.update
  ashlar access explain '{"id":"ada","roles":["editor"]}' posts.update 7`
