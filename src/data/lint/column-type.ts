import { all, as, keyOf, strings, type NodeOf } from './ast.ts'

/** A type as a column has it. */
export interface ColumnType {
  /** PostgreSQL's own name: `int4`, `varchar`, `timestamptz`. */
  readonly name: string
  /** Length, precision, scale. */
  readonly modifiers: readonly number[]
  readonly array: boolean
}

export function columnType(type: NodeOf<'TypeName'> | undefined): ColumnType | undefined {
  if (type === undefined) return undefined
  const names = strings(type.names)
  const name = keyOf(names[0] === 'pg_catalog' ? names.slice(1) : names)
  // The last of an interval's numbers is its precision, the first a mask of its fields.
  const modifiers = all('A_Const', type.typmods).map(({ ival }) => ival?.ival ?? 0)
  return { name, modifiers, array: (type.arrayBounds ?? []).length > 0 }
}

/** Types whose first modifier may grow, or go, without touching a stored value. */
const WIDENING = ['varchar', 'varbit', 'timestamp', 'timestamptz', 'time', 'timetz']
/** What is stored for the one is stored for the other. */
const SAME_BYTES = ['varchar>text', 'text>varchar', 'cidr>inet', 'bit>varbit', 'xml>text', 'xml>varchar']

/** Whether `ALTER COLUMN ... TYPE` writes every row again. A type that is not known is taken to. */
export function rewrites(from: ColumnType | undefined, to: ColumnType, utc = false): boolean {
  if (from === undefined || from.array !== to.array) return true
  if (from.name === to.name) return !fits(from, to)
  // Elements that change their type are converted one by one.
  if (from.array) return true
  const pair = `${from.name}>${to.name}`
  // In UTC the one moment and the other are the same number.
  if (pair === 'timestamp>timestamptz' || pair === 'timestamptz>timestamp')
    return !utc || (to.modifiers[0] ?? TIME_DIGITS) < TIME_DIGITS
  return !SAME_BYTES.includes(pair) || to.modifiers.length > 0
}

/** Whether an index on the column is built again, where the rows are not: it compares the new type in another way. */
export function rebuildsIndex(from: ColumnType, to: ColumnType): boolean {
  return from.name !== to.name && (isTime(to) || to.name === 'varbit')
}

function fits(from: ColumnType, to: ColumnType): boolean {
  if (from.modifiers.join() === to.modifiers.join()) return true
  if (from.name === 'numeric') return numericFits(from, to)
  if (!WIDENING.includes(from.name) && !WIDENING.includes(to.name)) return false
  const [old] = from.modifiers
  const [next] = to.modifiers
  return next === undefined || (old !== undefined ? next >= old : isTime(to) && next >= TIME_DIGITS)
}

/** A time without a precision has all of its digits. */
const TIME_DIGITS = 6

function isTime({ name }: ColumnType): boolean {
  return name.startsWith('time')
}

function numericFits(from: ColumnType, to: ColumnType): boolean {
  if (to.modifiers.length === 0) return true
  const [oldPrecision, oldScale = 0] = from.modifiers
  const [precision = 0, scale = 0] = to.modifiers
  return oldPrecision !== undefined && precision >= oldPrecision && scale === oldScale
}

/** What a type is called in SQL. */
export function typeName({ name, modifiers, array }: ColumnType): string {
  return `${name}${modifiers.length > 0 ? `(${modifiers.join(', ')})` : ''}${array ? '[]' : ''}`
}

/** Types that take their values from a sequence. */
export function isSerial(type: ColumnType | undefined): boolean {
  return type !== undefined && /^((small|big)?serial|serial[248])$/.test(type.name)
}

/** The type that a column has once it is made: a serial is an integer with a sequence. */
export function storedType(type: ColumnType): ColumnType {
  if (!isSerial(type)) return type
  const bytes = /^small|2$/.test(type.name) ? 2 : /^big|8$/.test(type.name) ? 8 : 4
  return { ...type, name: `int${bytes}` }
}

export function typeOfColumn(column: NodeOf<'ColumnDef'> | undefined): ColumnType | undefined {
  return columnType(column?.typeName)
}

/** The constraints written with a column. */
export function constraintsOf(column: NodeOf<'ColumnDef'> | undefined): NodeOf<'Constraint'>[] {
  return all('Constraint', column?.constraints)
}

export function hasConstraint(
  column: NodeOf<'ColumnDef'> | undefined,
  ...kinds: readonly NonNullable<NodeOf<'Constraint'>['contype']>[]
): boolean {
  return constraintsOf(column).some(({ contype }) => contype !== undefined && kinds.includes(contype))
}

/** Whether an expression is a plain NULL. */
export function isNull(expression: NodeOf<'Constraint'>['raw_expr']): boolean {
  const cast = as('TypeCast', expression)
  return as('A_Const', cast?.arg ?? expression)?.isnull === true
}
