import { as, hasOption, keyOf, objectKeys, strings, tableKey } from '../ast.ts'
import { alone, recipe } from '../recipe.ts'
import type { Problem, Rule, Scene } from '../rule.ts'

const indexNotConcurrent: Rule = {
  id: 'index-not-concurrent',
  severity: 'error',
  title: 'CREATE INDEX without CONCURRENTLY',
  why: 'It holds SHARE on the table until the index is built: reads go on, every INSERT, UPDATE and DELETE waits. CONCURRENTLY holds SHARE UPDATE EXCLUSIVE, for which neither waits.',
  example: 'CREATE INDEX posts_author ON posts (author_id);',
  *check(scene) {
    const index = as('IndexStmt', scene.statement.node)
    const key = tableKey(index?.relation)
    if (index === undefined || index.concurrent === true || scene.isNew(key)) return
    const partitioned = scene.known.tables.get(key)?.partitioned
    // On the partitioned table alone it is an entry in the catalogue.
    if (index.relation?.inh !== true && partitioned !== false) return
    const table = scene.name(index.relation?.schemaname, index.relation?.relname)
    yield {
      message: `CREATE INDEX holds SHARE on ${table} until it is built: every INSERT, UPDATE and DELETE waits.`,
      recipe: partitioned === true ? ofPartitions(scene, table) : alone(concurrently(scene.statement.text)),
    }
  },
}

function concurrently(text: string): string {
  return `${text.replace(/^(CREATE\s+(?:UNIQUE\s+)?INDEX)\b/i, '$1 CONCURRENTLY')};`
}

/** CONCURRENTLY does not work on a partitioned table: its index becomes valid with the last of its partitions' indexes. */
function ofPartitions({ statement, name }: Scene, table: string): string {
  const index = as('IndexStmt', statement.node)
  const made = name(index?.idxname ?? `${index?.relation?.relname}_index`)
  const columns = /\(.*$/s.exec(statement.text)?.[0] ?? '(…)'
  const unique = index?.unique === true ? 'UNIQUE ' : ''
  return recipe(
    `CREATE ${unique}INDEX ${made} ON ONLY ${table} ${columns};`,
    alone(
      `-- One such migration for each partition.\nCREATE ${unique}INDEX CONCURRENTLY partition_1_index ON partition_1 ${columns};`,
    ),
    `ALTER INDEX ${made} ATTACH PARTITION partition_1_index;`,
  )
}

const dropIndexNotConcurrent: Rule = {
  id: 'drop-index-not-concurrent',
  severity: 'error',
  title: 'DROP INDEX without CONCURRENTLY',
  why: 'It takes ACCESS EXCLUSIVE on the table. While it waits behind a long query, everything else waits behind it, reads too. CONCURRENTLY takes SHARE UPDATE EXCLUSIVE.',
  example: 'DROP INDEX posts_author;',
  *check({ statement, known, isNew, name }): Iterable<Problem> {
    const drop = as('DropStmt', statement.node)
    if (drop?.removeType !== 'OBJECT_INDEX' || drop.concurrent === true) return
    const used = (drop.objects ?? []).filter((object) => {
      const table = known.indexes.get(objectKeys([object])[0] ?? '')
      return table === undefined || !isNew(table)
    })
    if (used.length === 0) return
    const names = used.map((object) => name(...strings(as('List', object)?.items)))
    yield {
      message: `DROP INDEX takes ACCESS EXCLUSIVE on the table of ${names.join(', ')}: every read and write waits, also while it waits itself.`,
      recipe: recipe(
        ...names.map((index) =>
          alone(`DROP INDEX CONCURRENTLY ${drop.missing_ok === true ? 'IF EXISTS ' : ''}${index};`),
        ),
      ),
    }
  },
}

const reindexNotConcurrent: Rule = {
  id: 'reindex-not-concurrent',
  severity: 'error',
  title: 'REINDEX without CONCURRENTLY',
  why: 'It holds SHARE on the table, for which writes wait, and ACCESS EXCLUSIVE on the index, for which the queries that use it wait. CONCURRENTLY builds a new index beside the old one.',
  example: 'REINDEX TABLE posts;',
  *check({ statement, known, isNew }) {
    const reindex = as('ReindexStmt', statement.node)
    if (reindex === undefined || hasOption(reindex.params, 'concurrently')) return
    const { kind, relation } = reindex
    const table = kind === 'REINDEX_OBJECT_INDEX' ? known.indexes.get(keyOf([relation?.relname])) : tableKey(relation)
    if (table !== undefined && isNew(table)) return
    yield {
      message:
        'REINDEX holds SHARE on the table and ACCESS EXCLUSIVE on the index until it is built: writes wait, and queries that use the index.',
      recipe: alone(
        `${statement.text.replace(/^REINDEX\s*\([^)]*\)/i, 'REINDEX').replace(/\b(INDEX|TABLE|SCHEMA|DATABASE|SYSTEM)\b/i, '$1 CONCURRENTLY')};`,
      ),
    }
  },
}

const refreshNotConcurrent: Rule = {
  id: 'refresh-not-concurrent',
  severity: 'error',
  title: 'REFRESH MATERIALIZED VIEW without CONCURRENTLY',
  why: 'It holds ACCESS EXCLUSIVE on the view until its query has run: every read of it waits. CONCURRENTLY holds EXCLUSIVE, for which reads do not wait, and needs a unique index on the view.',
  example: 'REFRESH MATERIALIZED VIEW sales;',
  *check({ statement, isNew }) {
    const refresh = as('RefreshMatViewStmt', statement.node)
    if (refresh === undefined || refresh.concurrent === true || isNew(tableKey(refresh.relation))) return
    yield {
      message:
        'REFRESH MATERIALIZED VIEW holds ACCESS EXCLUSIVE on the view until its query has run: every read of it waits.',
      recipe: `${statement.text.replace(/\bVIEW\b/i, 'VIEW CONCURRENTLY')};`,
    }
  },
}

export const indexRules: readonly Rule[] = [
  indexNotConcurrent,
  dropIndexNotConcurrent,
  reindexNotConcurrent,
  refreshNotConcurrent,
]
