import type { Change } from './change.ts'

/** A change as a difference: what the second catalog has and the first has not. */
export function describe(change: Change): string {
  const subject = subjectOf(change)
  const [verb] = change.kind.split(' ')
  if (verb === 'create' || change.kind.startsWith('add ')) return `${subject} is missing`
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

function detailOf(change: Change, subject: string): string {
  switch (change.kind) {
    case 'change type':
      return `${subject} is ${change.from.type}, not ${change.column.type}`
    case 'change null':
      return `${subject} ${change.column.notNull ? 'may be null' : 'is NOT NULL'}`
    case 'change default':
      return `${subject} has ${defaultText(change.from)}, not ${defaultText(change.column)}`
    case 'change identity':
    case 'replace generated':
      return `${subject} is generated in another way`
    case 'rename constraint':
    case 'rename index':
      return `${subject} is called ${change.from.name}`
    case 'validate constraint':
      return `${subject} is not validated`
    case 'replace index':
      return change.from.valid
        ? `${subject} is another one: ${change.from.definition}`
        : `${subject} is invalid: a concurrent build of it has failed`
    case 'replace enum':
      return `${subject} has other values: ${change.from.values.join(', ')}, not ${change.to.values.join(', ')}`
    case 'row security':
      return `${subject.replace('table', 'row level security of')} is ${change.table.rowSecurity ? 'on' : 'off'}${change.table.rowSecurity === change.to.rowSecurity ? ' with another setting of FORCE' : ''}`
    default:
      return `${subject} is different`
  }
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
