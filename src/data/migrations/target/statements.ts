import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import type { DrizzleSchema } from '../../drizzle.ts'
import { sequenceOptionsSql } from './column-sql.ts'
import { declaredIn, type Declared } from './declared.ts'
import { literal, qualified, quote } from '../../sql-text.ts'
import { foreignKeySql, indexSql, rowSecuritySql, tableSql } from './table-sql.ts'
import { viewSql } from './view-sql.ts'

/** What makes a database that is as the code declares it. Views come apart: one may read another. */
export interface TargetStatements {
  /** Of the server: what is done in a transaction that is undone would be undone with it. */
  readonly roles: readonly string[]
  readonly statements: readonly string[]
  readonly views: readonly string[]
  readonly rowSecurity: readonly string[]
}

export function targetStatements(schema: DrizzleSchema): TargetStatements {
  const declared = declaredIn(schema)
  const { tables } = declared
  const configOf = (table: unknown): ReturnType<typeof getTableConfig> => getTableConfig(table as PgTable)
  return {
    roles: declared.roles.map(roleSql),
    statements: [
      ...declared.schemas.map((name) => `CREATE SCHEMA IF NOT EXISTS ${quote(name)}`),
      ...declared.enums.map(enumSql),
      ...declared.sequences.map(sequenceSql),
      ...tables.map(tableSql),
      ...tables.flatMap((table) => foreignKeySql(table, configOf)),
      ...tables.flatMap((table) => table.indexes.map(({ config }) => indexSql(table, config))),
    ],
    views: declared.views.flatMap((view) => viewSql(view) ?? []),
    rowSecurity: tables.flatMap(rowSecuritySql),
  }
}

function enumSql({ schema, enumName, enumValues }: Declared['enums'][number]): string {
  return `CREATE TYPE ${qualified(schema, enumName)} AS ENUM (${enumValues.map(literal).join(', ')})`
}

function sequenceSql({ schema, seqName, seqOptions }: Declared['sequences'][number]): string {
  return `CREATE SEQUENCE ${qualified(schema, seqName!)} ${sequenceOptionsSql(seqOptions)}`
}

/** Roles are the server's, not the database's: migrations do not make them, and on the throw-away server they may be missing. */
function roleSql(name: string): string {
  return `DO $$ BEGIN CREATE ROLE ${quote(name)} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`
}
