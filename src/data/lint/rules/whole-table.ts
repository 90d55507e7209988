import { as, all, hasOption, tableKey, within, type Node, type NodeOf } from '../ast.ts'
import { allowed, alone, inBatches, recipe } from '../recipe.ts'
import { alterations, type Problem, type Rule, type Scene } from '../rule.ts'

export const truncate: Rule = {
  id: 'truncate',
  severity: 'error',
  title: 'TRUNCATE',
  why: 'It takes ACCESS EXCLUSIVE on the table, and with CASCADE on all that refer to it, and what it removes is gone.',
  example: 'TRUNCATE posts;',
  *check({ statement, isNew, name }) {
    const tables = all('RangeVar', as('TruncateStmt', statement.node)?.relations).filter(
      (table) => !isNew(tableKey(table)),
    )
    if (tables.length === 0) return
    const names = tables.map(({ schemaname, relname }) => name(schemaname, relname))
    yield {
      message: `TRUNCATE takes ACCESS EXCLUSIVE on ${names.join(', ')}: every read and write waits, and the rows are gone.`,
      recipe: recipe(...names.map((table) => inBatches(table, `DELETE FROM ${table}`))),
    }
  },
}

const wholeTableWrite: Rule = {
  id: 'whole-table-write',
  severity: 'error',
  title: 'UPDATE or DELETE of a whole table',
  why: 'Every row stays locked until the transaction ends, and other writes of these rows wait for it. The table doubles in size, and VACUUM cannot clean up while it runs. In batches each lock is short.',
  example: "UPDATE posts SET status = 'draft';",
  *check({ statement, isNew, name }) {
    const outer = as('UpdateStmt', statement.node) ?? as('DeleteStmt', statement.node)
    const writes = [...within('UpdateStmt', statement.node), ...within('DeleteStmt', statement.node)]
    for (const write of writes) {
      if (isNew(tableKey(write.relation)) || !isUnlimited(write.whereClause)) continue
      const table = name(write.relation?.schemaname, write.relation?.relname)
      yield {
        message: `All rows of ${table} are written: they stay locked until the transaction ends, and other writes to them wait.`,
        recipe:
          write === outer
            ? inBatches(table, statement.text.replace(/\s+WHERE\b[\s\S]*$/i, ''))
            : allowed('whole-table-write', 'the table has few rows', statement.text),
        location: write === outer ? undefined : write.relation?.location,
      }
    }
  },
}

function isUnlimited(where: Node | undefined): boolean {
  return where === undefined || as('A_Const', where)?.boolval?.boolval === true
}

/** PostgreSQL's number of SHARE, the weakest mode for which writes wait. */
const SHARE = 5

const lockTable: Rule = {
  id: 'lock-table',
  severity: 'error',
  title: 'LOCK TABLE',
  why: 'The lock is held until the transaction ends. From SHARE on writes wait for it; for ACCESS EXCLUSIVE, the default, reads too.',
  example: 'LOCK TABLE posts;',
  *check({ statement, isNew }) {
    const lock = as('LockStmt', statement.node)
    const tables = all('RangeVar', lock?.relations).filter((table) => !isNew(tableKey(table)))
    if (tables.length === 0 || (lock?.mode ?? 0) < SHARE) return
    yield {
      message: `LOCK TABLE is held until the migration's transaction ends: writes wait${lock?.mode === 8 ? ', and reads' : ''}. The statements of a migration take the locks they need.`,
      recipe: allowed('lock-table', 'what follows takes no time', statement.text),
    }
  },
}

const rewriteCommand: Rule = {
  id: 'rewrite-command',
  severity: 'error',
  title: 'A command that writes the whole table again',
  why: 'VACUUM FULL, CLUSTER, SET LOGGED, SET UNLOGGED, SET TABLESPACE and SET ACCESS METHOD copy the table under ACCESS EXCLUSIVE: every read and write waits. VACUUM frees the space for new rows under SHARE UPDATE EXCLUSIVE.',
  example: '-- ashlar: no-transaction\nVACUUM FULL posts;',
  *check(scene) {
    yield* ofVacuum(scene)
    yield* ofCluster(scene, as('ClusterStmt', scene.statement.node))
    const kinds = ['AT_SetLogged', 'AT_SetUnLogged', 'AT_SetTableSpace', 'AT_SetAccessMethod'] as const
    for (const { table } of alterations(scene, ...kinds)) {
      yield {
        message: rewritten(table),
        recipe: allowed('rewrite-command', 'the table has few rows', scene.statement.text),
      }
    }
  },
}

function* ofVacuum({ statement, name }: Scene): Generator<Problem> {
  const vacuum = as('VacuumStmt', statement.node)
  if (!hasOption(vacuum?.options, 'full')) return
  const tables = all('VacuumRelation', vacuum?.rels).map(({ relation }) =>
    name(relation?.schemaname, relation?.relname),
  )
  yield {
    message: rewritten(tables.join(', ') || 'every table'),
    recipe: alone(`VACUUM (ANALYZE) ${tables.join(', ')};`.replace(' ;', ';')),
  }
}

function* ofCluster({ isNew, name }: Scene, cluster: NodeOf<'ClusterStmt'> | undefined): Generator<Problem> {
  if (cluster === undefined || isNew(tableKey(cluster.relation))) return
  const table = name(cluster.relation?.schemaname, cluster.relation?.relname)
  yield { message: rewritten(table || 'every table'), recipe: alone(`VACUUM (ANALYZE) ${table};`.replace(' ;', ';')) }
}

function rewritten(table: string): string {
  return `${table} is written again under ACCESS EXCLUSIVE: every read and write waits.`
}

export const wholeTableRules: readonly Rule[] = [truncate, wholeTableWrite, lockTable, rewriteCommand]
