import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { is } from 'drizzle-orm'
import type { DrizzleSchema } from '../drizzle.ts'
import type { Finding } from '../lint/finding.ts'
import { lintSql } from '../lint/lint.ts'
import { createdBy } from '../lint/known.ts'
import { loadParser } from '../lint/parser.ts'
import { idOf } from './catalog/catalog.ts'
import type { MigrationFile } from './migration-files.ts'

type Text = Pick<MigrationFile, 'sql' | 'transactional' | 'path'>

interface LintOptions {
  readonly earlier: readonly Text[]
  readonly schema: DrizzleSchema | undefined
  /** Whether the files are applied together, so that nobody uses yet what one makes for another. */
  readonly together?: boolean
}

/** Judges files, in their order. */
export async function lintMigrations(
  files: readonly Text[],
  { earlier, schema, together = true }: LintOptions,
): Promise<readonly Finding[]> {
  const readColumns = schema === undefined ? undefined : columnsOf(schema)
  const findings: Finding[] = []
  const before = earlier.map(({ sql }) => sql)
  const created = new Set<string>()
  const parser = await loadParser()
  for (const { sql, transactional, path } of files) {
    findings.push(
      ...(await lintSql(sql, {
        file: path,
        transactional,
        createdTables: created,
        ...(readColumns !== undefined && { readColumns }),
        earlier: [...before],
      })),
    )
    before.push(sql)
    if (!together) continue
    for (const table of parser.parse(sql).statements.flatMap(({ node }) => createdBy(node))) created.add(table)
  }
  return findings
}

/** `table.column` of all that the tables in code declare. */
function columnsOf(schema: DrizzleSchema): ReadonlySet<string> {
  const tables = Object.values(schema).filter((value) => is(value, PgTable))
  return new Set(
    tables.flatMap((table) => {
      const { schema: name = 'public', name: tableName, columns } = getTableConfig(table)
      return columns.map((column) => `${idOf(name, tableName)}.${column.name}`)
    }),
  )
}
