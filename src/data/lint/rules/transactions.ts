import { as, hasOption, type Node } from '../ast.ts'
import { alone, recipe } from '../recipe.ts'
import type { Rule } from '../rule.ts'

const needsNoTransaction: Rule = {
  id: 'needs-no-transaction',
  severity: 'error',
  title: 'A statement that PostgreSQL refuses in a transaction',
  why: 'CREATE INDEX CONCURRENTLY and its like commit in between, so PostgreSQL refuses them in a transaction, and a migration runs in one unless its first line says otherwise.',
  example: 'CREATE INDEX CONCURRENTLY posts_author ON posts (author_id);',
  *check(scene) {
    const { statement, context } = scene
    const what = refusedInTransaction(statement.node)
    if (!context.transactional || what === undefined) return
    yield { message: `${what} cannot run in a transaction, and this file is one.`, recipe: alone(`${statement.text};`) }
  },
}

function refusedInTransaction(node: Node): string | undefined {
  if (as('IndexStmt', node)?.concurrent === true) return 'CREATE INDEX CONCURRENTLY'
  const drop = as('DropStmt', node)
  if (drop?.removeType === 'OBJECT_INDEX' && drop.concurrent === true) return 'DROP INDEX CONCURRENTLY'
  if (hasOption(as('ReindexStmt', node)?.params, 'concurrently')) return 'REINDEX CONCURRENTLY'
  if (as('VacuumStmt', node)?.is_vacuumcmd === true) return 'VACUUM'
  if (detachesConcurrently(node)) return 'DETACH PARTITION CONCURRENTLY'
  if ('AlterSystemStmt' in node) return 'ALTER SYSTEM'
  if ('CreatedbStmt' in node || 'DropdbStmt' in node) return 'CREATE or DROP DATABASE'
  return undefined
}

function detachesConcurrently(node: Node): boolean {
  return (as('AlterTableStmt', node)?.cmds ?? []).some(
    (command) => as('PartitionCmd', as('AlterTableCmd', command)?.def)?.concurrent === true,
  )
}

const oneStatementAlone: Rule = {
  id: 'one-statement-without-transaction',
  severity: 'error',
  title: 'Several statements in a file without a transaction',
  why: 'What is sent together runs as one transaction, which CONCURRENTLY refuses. And if the second failed, the first would stay, and the file could neither be repeated nor be left.',
  example:
    '-- ashlar: no-transaction\nCREATE INDEX CONCURRENTLY posts_author ON posts (author_id);\nCREATE INDEX CONCURRENTLY posts_title ON posts (title);',
  *check({ context, index, statements }) {
    if (context.transactional || index !== 1) return
    yield {
      message: 'A file without a transaction holds one statement only: what follows belongs into a file of its own.',
      recipe: recipe(
        ...statements.map(({ node, text }) =>
          refusedInTransaction(node) === undefined ? `${text};` : alone(`${text};`),
        ),
      ),
    }
  },
}

const transactionControl: Rule = {
  id: 'transaction-control',
  severity: 'error',
  title: 'BEGIN, COMMIT or ROLLBACK',
  why: 'Each migration is one transaction already, together with the row that says it was applied. A COMMIT would end it in the middle, and a failure after it would leave half a migration.',
  example: 'BEGIN;\nALTER TABLE posts ADD COLUMN title text;\nCOMMIT;',
  *check({ statement, statements }) {
    const kind = as('TransactionStmt', statement.node)?.kind
    if (kind === undefined || /_(SAVEPOINT|RELEASE|ROLLBACK_TO)$/.test(kind)) return
    const others = statements.filter(({ node }) => !('TransactionStmt' in node)).map(({ text }) => `${text};`)
    yield {
      message: `${statement.text.split(/\s/)[0]!.toUpperCase()} in a migration: each file is one transaction already.`,
      recipe: others.length === 0 ? '-- nothing: remove the statement' : others.join('\n'),
    }
  },
}

export const transactionRules: readonly Rule[] = [needsNoTransaction, oneStatementAlone, transactionControl]
