import { as, strings, type NodeOf } from '../ast.ts'
import { constraintsOf, hasConstraint, isSerial, typeOfColumn } from '../column-type.ts'
import { hasValue, perRow } from '../column-value.ts'
import { columnText } from '../column-text.ts'
import { allowed, alone, recipe } from '../recipe.ts'
import { alterations, type Alteration, type Rule, type Scene } from '../rule.ts'

type Kind = NonNullable<NodeOf<'Constraint'>['contype']>

interface AddedConstraint extends Alteration {
  readonly constraint: NodeOf<'Constraint'>
  /** Its name, or the one PostgreSQL would give it. */
  readonly constraintName: string
  /** The columns it is of. */
  readonly columns: readonly string[]
  /** The column it is written with, in an ADD COLUMN. */
  readonly column: NodeOf<'ColumnDef'> | undefined
}

/** The constraints of these kinds that are added to tables in use, by themselves or with a column. */
function* addedConstraints(scene: Scene, suffix: string, ...kinds: readonly Kind[]): Generator<AddedConstraint> {
  for (const alteration of alterations(scene, 'AT_AddConstraint', 'AT_AddColumn')) {
    const column = as('ColumnDef', alteration.command.def)
    const own = as('Constraint', alteration.command.def)
    for (const constraint of own === undefined ? constraintsOf(column) : [own]) {
      if (constraint.contype === undefined || !kinds.includes(constraint.contype)) continue
      const named = [...strings(constraint.fk_attrs), ...strings(constraint.keys)]
      const columns = column?.colname === undefined ? named : [column.colname]
      const given =
        constraint.contype === 'CONSTR_PRIMARY'
          ? `${alteration.key.split('.').at(-1)}_pkey`
          : [alteration.key.split('.').at(-1), ...columns, suffix].join('_')
      const constraintName = scene.name(constraint.conname ?? given)
      yield { ...alteration, constraint, constraintName, columns, column, location: constraint.location }
    }
  }
}

export const addForeignKey: Rule = {
  id: 'add-foreign-key',
  severity: 'error',
  title: 'ADD FOREIGN KEY without NOT VALID',
  why: 'All rows are looked up in the other table while SHARE ROW EXCLUSIVE is held on both: writes to both tables wait. NOT VALID checks new rows only, at once; VALIDATE then reads the old ones under SHARE UPDATE EXCLUSIVE, for which nobody waits.',
  example: 'ALTER TABLE posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author_id) REFERENCES users (id);',
  *check(scene) {
    for (const added of addedConstraints(scene, 'fkey', 'CONSTR_FOREIGN')) {
      const { constraint, column, columns, table } = added
      // The rows of a new column without a value have nothing to look up.
      if (isPostponed(constraint) || (column !== undefined && !hasDefault(column))) continue
      const other = scene.name(constraint.pktable?.schemaname, constraint.pktable?.relname)
      const key = `FOREIGN KEY (${columns.map((name) => scene.name(name)).join(', ')}) `
      const references = /REFERENCES[\s\S]*$/i.exec(scene.statement.clauseAt(constraint.location))?.[0] ?? ''
      yield {
        message: `All rows of ${table} are looked up in ${other} under SHARE ROW EXCLUSIVE on both tables: writes to both wait.`,
        recipe: addedLater(scene, added, `${key}${references}`),
        location: constraint.location,
      }
    }
  },
}

const addCheck: Rule = {
  id: 'add-check',
  severity: 'error',
  title: 'ADD CHECK without NOT VALID',
  why: 'All rows are read under ACCESS EXCLUSIVE: every read and write waits until that is done. NOT VALID checks new rows only, at once; VALIDATE then reads the old ones under SHARE UPDATE EXCLUSIVE, for which nobody waits.',
  example: "ALTER TABLE posts ADD CONSTRAINT posts_title_check CHECK (title <> '');",
  *check(scene) {
    for (const added of addedConstraints(scene, 'check', 'CONSTR_CHECK')) {
      const { constraint, table } = added
      if (isPostponed(constraint)) continue
      const text = scene.statement.groupAt(constraint.location)
      yield {
        message: `All rows of ${table} are read under ACCESS EXCLUSIVE for the CHECK: every read and write waits.`,
        recipe: addedLater(scene, added, text.slice(text.search(/\bCHECK\b/i))),
        location: constraint.location,
      }
    }
  },
}

/** NOT VALID, or NOT ENFORCED. */
function isPostponed({ skip_validation, is_enforced }: NodeOf<'Constraint'>): boolean {
  return skip_validation === true || is_enforced !== true
}

function hasDefault(column: NodeOf<'ColumnDef'>): boolean {
  return hasConstraint(column, 'CONSTR_DEFAULT') && hasValue(column)
}

function addedLater(scene: Scene, { table, column, constraintName }: AddedConstraint, definition: string): string {
  const bare = column === undefined ? '' : `${bareColumn(scene, table, column)}\n`
  return recipe(
    `${bare}ALTER TABLE ${table} ADD CONSTRAINT ${constraintName} ${definition} NOT VALID;`,
    `ALTER TABLE ${table} VALIDATE CONSTRAINT ${constraintName};`,
  )
}

/** The column with its default alone, and that only if it is one value for all rows. */
function bareColumn({ statement, name }: Scene, table: string, column: NodeOf<'ColumnDef'>): string {
  const { type, value } = columnText(statement, column)
  const add = `ALTER TABLE ${table} ADD COLUMN ${name(column.colname)}`
  const notNull = hasConstraint(column, 'CONSTR_NOTNULL', 'CONSTR_PRIMARY')
  if (perRow(column) === undefined && (hasDefault(column) || !notNull)) {
    return `${add} ${type}${value === undefined ? '' : ` DEFAULT ${value}`}${notNull ? ' NOT NULL' : ''};`
  }
  const plain = isSerial(typeOfColumn(column)) ? 'bigint' : type
  return `-- Its values, and NOT NULL, in the migrations that the finding about them shows.\n${add} ${plain};`
}

const validateInSameTransaction: Rule = {
  id: 'validate-in-same-transaction',
  severity: 'error',
  title: 'VALIDATE CONSTRAINT in the transaction that adds it',
  why: 'The lock of ADD CONSTRAINT (ACCESS EXCLUSIVE, of a foreign key SHARE ROW EXCLUSIVE) is held until the transaction ends, so all through the reading that NOT VALID was to spare.',
  example:
    "ALTER TABLE posts ADD CONSTRAINT posts_title_check CHECK (title <> '') NOT VALID;\nALTER TABLE posts VALIDATE CONSTRAINT posts_title_check;",
  *check(scene) {
    const { statement, statements, index, context, name } = scene
    if (!context.transactional) return
    for (const { key, table, command } of alterations(scene, 'AT_ValidateConstraint')) {
      const before = statements
        .slice(0, index + 1)
        .find((other) => adds({ ...scene, statement: other }, key, command.name))
      if (before === undefined) continue
      yield {
        message: `${name(command.name)} is added by this same transaction, whose lock on ${table} is held while all rows are read.`,
        recipe: before === statement ? splitOf(statement.text) : recipe(`${before.text};`, `${statement.text};`),
      }
    }
  },
}

function adds(scene: Scene, key: string, constraint: string | undefined): boolean {
  return [...alterations(scene, 'AT_AddConstraint')].some(
    (added) => added.key === key && as('Constraint', added.command.def)?.conname === constraint,
  )
}

function splitOf(text: string): string {
  const [, table = '', add = '', validate = ''] =
    /^(ALTER\s+TABLE\s+(?:\S+))\s+([\s\S]*?),\s*(VALIDATE\s+CONSTRAINT\s+\S+)\s*$/i.exec(text) ?? []
  return recipe(`${table} ${add};`, `${table} ${validate};`)
}

const addUnique: Rule = {
  id: 'add-unique',
  severity: 'error',
  title: 'ADD UNIQUE or PRIMARY KEY without USING INDEX',
  why: 'Its index is built under ACCESS EXCLUSIVE: every read and write waits until that is done. An index built CONCURRENTLY before becomes the constraint at once. For a primary key the columns must be NOT NULL before, or all rows are read for that.',
  example: 'ALTER TABLE posts ADD CONSTRAINT posts_slug_key UNIQUE (slug);',
  *check(scene) {
    for (const added of addedConstraints(scene, 'key', 'CONSTR_UNIQUE', 'CONSTR_PRIMARY')) {
      const { constraint, constraintName, table, columns, column } = added
      if (constraint.indexname !== undefined) continue
      const kind = constraint.contype === 'CONSTR_PRIMARY' ? 'PRIMARY KEY' : 'UNIQUE'
      const made = column === undefined ? [] : [bareColumn(scene, table, column)]
      const list = (names: readonly string[]): string => `(${names.map((name) => scene.name(name)).join(', ')})`
      const included = strings(constraint.including)
      const index = [
        `CREATE UNIQUE INDEX CONCURRENTLY ${constraintName} ON ${table} ${list(columns)}`,
        ...(included.length > 0 ? [`INCLUDE ${list(included)}`] : []),
        ...(constraint.nulls_not_distinct === true ? ['NULLS NOT DISTINCT'] : []),
      ]
      const deferred = `${constraint.deferrable === true ? ' DEFERRABLE' : ''}${constraint.initdeferred === true ? ' INITIALLY DEFERRED' : ''}`
      yield {
        message: `The index of the ${kind} is built under ACCESS EXCLUSIVE on ${table}: every read and write waits.`,
        recipe: recipe(
          ...made,
          alone(`${index.join(' ')};`),
          `ALTER TABLE ${table} ADD CONSTRAINT ${constraintName} ${kind} USING INDEX ${constraintName}${deferred};`,
        ),
        location: constraint.location,
      }
    }
  },
}

const addExclusion: Rule = {
  id: 'add-exclusion',
  severity: 'error',
  title: 'ADD EXCLUDE',
  why: 'Its index is built under ACCESS EXCLUSIVE: every read and write waits until that is done. There is no way to build it beside the traffic: do it while the table is small, or when nobody uses it.',
  example: 'ALTER TABLE bookings ADD CONSTRAINT bookings_overlap EXCLUDE USING gist (during WITH &&);',
  *check(scene) {
    for (const { constraint, table } of addedConstraints(scene, 'excl', 'CONSTR_EXCLUSION')) {
      yield {
        message: `The index of EXCLUDE is built under ACCESS EXCLUSIVE on ${table}: every read and write waits, and there is no other way to build it.`,
        recipe: allowed('add-exclusion', 'the table has few rows', scene.statement.text),
        location: constraint.location,
      }
    }
  },
}

export const constraintRules: readonly Rule[] = [
  addForeignKey,
  addCheck,
  validateInSameTransaction,
  addUnique,
  addExclusion,
]
