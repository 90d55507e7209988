import type { Index, Table } from '../catalog/catalog.ts'
import type { Change, ChangeKind, ChangeOf } from './change.ts'

/** The changes as differences, in sentences. What is dropped and made again is one that is different. */
export function describeAll(changes: readonly Change[]): readonly string[] {
  const texts = changes.map((change) => ({ change, subject: subjectOf(change) }))
  const verbs = Map.groupBy(texts, ({ subject }) => subject)
  return [
    ...new Set(
      texts.map(({ change, subject }) => {
        const kinds = verbs.get(subject)!.map(({ change: { kind } }) => kind.split(' ')[0]!)
        const isReplaced = kinds.includes('drop') && (kinds.includes('create') || kinds.includes('add'))
        return isReplaced ? `${subject} is different` : describe(change, subject)
      }),
    ),
  ]
}

function describe(change: Change, subject: string): string {
  const [verb] = change.kind.split(' ')
  if (verb === 'create' || (verb === 'add' && change.kind !== 'add enum values')) return `${subject} is missing`
  if (verb === 'drop') return `${subject} is too many`
  return detailOf(change, subject)
}

function subjectOf(change: Change): string {
  if ('schema' in change) return `schema ${change.schema.id}`
  if ('type' in change) return `enum ${change.type.id}`
  if ('sequence' in change) return `sequence ${change.sequence.id}`
  if ('view' in change) return `view ${change.view.id}`
  if ('function' in change) return `function ${change.function.id}`
  if ('column' in change) return `column ${change.table.id}.${change.column.name}`
  if ('constraint' in change) return `${change.constraint.kind} ${change.table.id}.${change.constraint.name}`
  if ('index' in change) return `index ${change.table.id}.${change.index.name}`
  if ('policy' in change) return `policy ${change.table.id}.${change.policy.name}`
  if ('trigger' in change) return `trigger ${change.table.id}.${change.trigger.name}`
  if ('table' in change) return `table ${change.table.id}`
  return `enum ${change.from.id}`
}

type Details = { readonly [Kind in ChangeKind]?: (change: ChangeOf<Kind>, subject: string) => string }

const DETAILS: Details = {
  'change type': ({ from, column }, subject) => `${subject} is ${from.type}, not ${column.type}`,
  'change null': ({ column }, subject) => `${subject} ${column.notNull ? 'may be null' : 'is NOT NULL'}`,
  'change default': ({ from, column }, subject) => `${subject} has ${defaultText(from)}, not ${defaultText(column)}`,
  'change identity': (_change, subject) => `${subject} is generated in another way`,
  'replace generated': (_change, subject) => `${subject} is generated in another way`,
  'rename constraint': ({ from }, subject) => `${subject} is called ${from.name}`,
  'rename index': ({ from }, subject) => `${subject} is called ${from.name}`,
  'validate constraint': (_change, subject) => `${subject} is not validated`,
  'replace index': ({ from, index }, subject) =>
    from.valid
      ? `${subject} is ${from.definition}, not ${index.definition}${nullsHint(from, index)}`
      : `${subject} is invalid: a concurrent build of it has failed`,
  'add enum values': ({ from, to }, subject) =>
    `${subject} has the values ${from.values.join(', ')}, not ${to.values.join(', ')}`,
  'replace enum': ({ from, to }, subject) =>
    `${subject} has the values ${from.values.join(', ')}, not ${to.values.join(', ')}`,
  'row security': ({ table, to }) =>
    `row level security of ${table.id} is ${securityText(table)}, not ${securityText(to)}`,
}

function detailOf<Kind extends ChangeKind>(change: ChangeOf<Kind>, subject: string): string {
  const detail = DETAILS[change.kind]
  return detail === undefined ? `${subject} is different` : detail(change, subject)
}

/** Drizzle's `desc()` is another order than SQL's `DESC`, which nobody sees in the code. */
function nullsHint(from: Index, to: Index): string {
  if (to.definition.replaceAll(' DESC NULLS LAST', ' DESC') !== from.definition) return ''
  return ". ORDER BY ... DESC has nulls first, also where there are none, and Drizzle's desc() has them last: write .desc().nullsFirst()"
}

function securityText({ rowSecurity, forcesRowSecurity }: Table): string {
  return rowSecurity ? `on${forcesRowSecurity ? ' and forced' : ''}` : 'off'
}

function defaultText({
  serial,
  default: value,
}: {
  readonly serial: boolean
  readonly default: string | undefined
}): string {
  if (serial) return 'the default of a serial'
  return value === undefined ? 'no default' : `the default ${value}`
}
