import { all, as, strings, type NodeOf } from '../ast.ts'
import { hasConstraint, isSerial, typeName, typeOfColumn, type ColumnType } from '../column-type.ts'
import { columnText } from '../column-text.ts'
import type { Problem, Rule, Scene } from '../rule.ts'

interface NewColumn {
  readonly column: NodeOf<'ColumnDef'>
  readonly type: ColumnType
  /** Whether it is the primary key by itself. */
  readonly key: boolean
  /** The statement that makes the column as this text says. */
  readonly as: (definition: string) => string
}

/** The columns that a statement makes, in new tables and old. */
function* newColumns({ statement, name }: Scene): Generator<NewColumn> {
  const made = as('CreateStmt', statement.node)
  const altered = as('AlterTableStmt', statement.node)
  const relation = made?.relation ?? altered?.relation
  const table = name(relation?.schemaname, relation?.relname)
  const keys = all('Constraint', made?.tableElts).filter(({ contype }) => contype === 'CONSTR_PRIMARY')
  const keyColumns = keys.flatMap(({ keys }) => strings(keys))
  const added = all('AlterTableCmd', altered?.cmds).filter(({ subtype }) => subtype === 'AT_AddColumn')
  const columns =
    made === undefined ? added.flatMap(({ def }) => as('ColumnDef', def) ?? []) : all('ColumnDef', made.tableElts)
  for (const column of columns) {
    const type = typeOfColumn(column)
    if (type === undefined) continue
    const key = hasConstraint(column, 'CONSTR_PRIMARY') || (keyColumns.length === 1 && keyColumns[0] === column.colname)
    const text = (definition: string): string =>
      made === undefined
        ? `ALTER TABLE ${table} ADD COLUMN ${definition};`
        : `CREATE TABLE ${table} (\n  ${definition}\n);`
    yield { column, type, key, as: text }
  }
}

interface Choice extends Pick<Rule, 'id' | 'title' | 'why' | 'example'> {
  /** The better type, where this one is not. */
  readonly better: (column: NewColumn) => string | undefined
}

function ruleOf({ better, ...rule }: Choice): Rule {
  return { ...rule, severity: 'warning', check: (scene) => problemsOf(scene, rule.title, better) }
}

function* problemsOf(scene: Scene, title: string, better: Choice['better']): Generator<Problem> {
  for (const found of newColumns(scene)) {
    const type = better(found)
    if (type === undefined) continue
    const { constraints } = columnText(scene.statement, found.column)
    const name = scene.name(found.column.colname)
    yield {
      message: `${name}: ${title}. Write ${type}.`,
      recipe: found.as([name, type, constraints].filter((part) => part !== '').join(' ')),
      location: found.column.location,
    }
  }
}

const IDENTITY = 'bigint GENERATED ALWAYS AS IDENTITY'

export const columnChoiceRules: readonly Rule[] = [
  ruleOf({
    id: 'int4-primary-key',
    title: 'A primary key of 32 bits or less',
    why: 'It ends at 2,147,483,647, gaps included, and then no row can be inserted. bigint takes 4 bytes more; uuid can be made anywhere.',
    example: 'CREATE TABLE posts (id integer PRIMARY KEY);',
    // One that refers to another table's key has the type of that.
    better: ({ key, type, column }) =>
      key && /^int[24]$/.test(type.name) && !hasConstraint(column, 'CONSTR_FOREIGN') ? 'bigint' : undefined,
  }),
  ruleOf({
    id: 'serial-column',
    title: 'A serial column',
    why: 'Its sequence has owners and rights of its own, any INSERT can set the column, and serial is 32 bits. An identity column is the standard, and is guarded.',
    example: 'CREATE TABLE posts (id serial PRIMARY KEY);',
    better: ({ type, as }) => (isSerial(type) && as('').startsWith('CREATE') ? IDENTITY : undefined),
  }),
  ruleOf({
    id: 'timestamp-without-time-zone',
    title: 'A time without a time zone',
    why: 'It does not say which moment it means, and what is written there depends on the time zone of each session. timestamptz is the moment, in the same 8 bytes.',
    example: 'CREATE TABLE posts (created_at timestamp NOT NULL);',
    better: ({ type }) => (type.name === 'timestamp' ? typeName({ ...type, name: 'timestamptz' }) : undefined),
  }),
  ruleOf({
    id: 'char-type',
    title: 'A char(n) column',
    why: 'It is filled up with spaces, which then count in some comparisons and not in others. It saves nothing: text and varchar(n) store what is there.',
    example: 'CREATE TABLE posts (language char(2) NOT NULL);',
    better: ({ type }) =>
      type.name === 'bpchar' ? typeName({ ...type, name: type.modifiers.length > 0 ? 'varchar' : 'text' }) : undefined,
  }),
  ruleOf({
    id: 'json-type',
    title: 'A json column',
    why: 'It is stored as text and parsed again by each operator, and has no equality and no indexes. jsonb has them.',
    example: 'CREATE TABLE posts (settings json NOT NULL);',
    better: ({ type }) => (type.name === 'json' ? typeName({ ...type, name: 'jsonb' }) : undefined),
  }),
]
