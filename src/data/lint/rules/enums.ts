import { as, strings, within } from '../ast.ts'
import { recipe } from '../recipe.ts'
import type { Rule } from '../rule.ts'

export const enumValueInSameTransaction: Rule = {
  id: 'enum-value-in-same-transaction',
  severity: 'error',
  title: 'A new value of an enum, used in the transaction that adds it',
  why: 'PostgreSQL refuses to use the value before the transaction that adds it is committed, unless that transaction made the type too.',
  example: "ALTER TYPE status ADD VALUE 'archived';\nUPDATE posts SET status = 'archived' WHERE closed;",
  *check({ statement, statements, index, context, known, typesBefore }) {
    if (!context.transactional) return
    const used = new Set([...within('A_Const', statement.node)].map(({ sval }) => sval?.sval))
    for (const before of statements.slice(0, index)) {
      const added = as('AlterEnumStmt', before.node)
      const type = strings(added?.typeName).join('.')
      if (added?.newVal === undefined || added.oldVal !== undefined || !used.has(added.newVal)) continue
      if (known.types.has(type) && !typesBefore.has(type)) continue
      yield {
        message: `'${added.newVal}' is added to ${type} by this same transaction, and PostgreSQL refuses to use it before that is committed.`,
        recipe: recipe(`${before.text};`, `${statement.text};`),
      }
    }
  },
}
