import { as, tableKey } from '../ast.ts'
import { allowed, alone, recipe } from '../recipe.ts'
import { alterations, type Rule, type Scene } from '../rule.ts'

const attachPartition: Rule = {
  id: 'attach-partition',
  severity: 'error',
  title: 'ATTACH PARTITION without a CHECK of its bounds',
  why: 'All rows of the new partition are read under ACCESS EXCLUSIVE on it. A validated CHECK that says what the bounds say is the proof, and nothing is read. It can be dropped afterwards.',
  example: "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
  *check(scene) {
    for (const { table, command } of alterations(scene, 'AT_AttachPartition')) {
      const relation = as('PartitionCmd', command.def)?.name
      const key = tableKey(relation)
      const checks = [...(scene.known.tables.get(key)?.checks.values() ?? [])]
      if (scene.isNew(key) || checks.some(({ valid }) => valid)) continue
      const partition = scene.name(relation?.schemaname, relation?.relname)
      yield {
        message: `All rows of ${partition} are read under ACCESS EXCLUSIVE on it, to see that they belong into this partition of ${table}.`,
        recipe: withCheck(scene, partition),
      }
    }
  },
}

function withCheck({ statement }: Scene, partition: string): string {
  const bounds = boundsIn(statement.text)
  if (bounds === undefined) return allowed('attach-partition', 'the partition has few rows', statement.text)
  const check = `${partition.replaceAll('"', '').replace('.', '_')}_bounds`
  return recipe(
    `-- "key" is the column that the table is partitioned by.\nALTER TABLE ${partition} ADD CONSTRAINT ${check} CHECK (key IS NOT NULL AND ${bounds}) NOT VALID;`,
    `ALTER TABLE ${partition} VALIDATE CONSTRAINT ${check};`,
    `${statement.text};`,
  )
}

/** The bounds as an expression; of a hash, or of the default partition, there is none to write. */
function boundsIn(text: string): string | undefined {
  const [, from, to] = /\bFROM\s*\(([^,()]+)\)\s*TO\s*\(([^,()]+)\)/i.exec(text) ?? []
  if (from !== undefined && !/MINVALUE|MAXVALUE/i.test(`${from}${to}`)) return `key >= ${from} AND key < ${to}`
  const [, values] = /\bIN\s*(\(.*\))/is.exec(text) ?? []
  return values === undefined ? undefined : `key IN ${values}`
}

const detachNotConcurrent: Rule = {
  id: 'detach-not-concurrent',
  severity: 'error',
  title: 'DETACH PARTITION without CONCURRENTLY',
  why: 'It takes ACCESS EXCLUSIVE on the partitioned table: every read and write of all its partitions waits, also while it waits itself. CONCURRENTLY takes SHARE UPDATE EXCLUSIVE.',
  example: 'ALTER TABLE events DETACH PARTITION events_2020;',
  *check(scene) {
    for (const { table, command } of alterations(scene, 'AT_DetachPartition')) {
      if (as('PartitionCmd', command.def)?.concurrent === true) continue
      yield {
        message: `DETACH PARTITION takes ACCESS EXCLUSIVE on ${table}: every read and write of all its partitions waits.`,
        recipe: alone(`${scene.statement.text} CONCURRENTLY;`),
      }
    }
  },
}

export const partitionRules: readonly Rule[] = [attachPartition, detachNotConcurrent]
