import type { LintRule } from './finding.ts'
import type { Rule } from './rule.ts'
import { addColumnRules } from './rules/add-column.ts'
import { columnChoiceRules } from './rules/column-choice.ts'
import { columnTypeRewrite } from './rules/column-type.ts'
import { constraintRules } from './rules/constraints.ts'
import { enumValueInSameTransaction } from './rules/enums.ts'
import { indexRules } from './rules/indexes.ts'
import { nameRules } from './rules/names.ts'
import { setNotNull } from './rules/not-null.ts'
import { partitionRules } from './rules/partitions.ts'
import { transactionRules } from './rules/transactions.ts'
import { wholeTableRules } from './rules/whole-table.ts'

export const rules: readonly Rule[] = [
  ...transactionRules,
  ...indexRules,
  ...addColumnRules,
  setNotNull,
  columnTypeRewrite,
  ...constraintRules,
  ...partitionRules,
  ...wholeTableRules,
  enumValueInSameTransaction,
  ...nameRules,
  ...columnChoiceRules,
]

/** Of the reading itself. They cannot be allowed. */
export const syntaxError: LintRule = {
  id: 'syntax-error',
  severity: 'error',
  title: 'What PostgreSQL cannot read',
  why: 'The text is parsed by the grammar of PostgreSQL 18. What it refuses would fail when the migration is applied.',
  example: 'ALTER TABEL posts ADD COLUMN title text;',
}

export const allowComment: LintRule = {
  id: 'allow-comment',
  severity: 'error',
  title: 'A comment that allows nothing',
  why: '`-- ashlar: allow RULE reason` above a statement silences that rule for it. The rule must exist, and the reason must be there for who reads it next.',
  example: '-- ashlar: allow drop-index-not-concurrent\nDROP INDEX posts_author;',
}

/** Every rule, as docs/migration-rules.md lists them. */
export const lintRules: readonly LintRule[] = [...rules, syntaxError, allowComment]
