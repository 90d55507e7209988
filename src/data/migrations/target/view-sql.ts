import {
  getMaterializedViewConfig,
  getViewConfig,
  isPgMaterializedView,
  isPgView,
  type PgMaterializedView,
  type PgView,
} from 'drizzle-orm/pg-core'
import { expression, qualified } from '../../sql-text.ts'

/** CREATE VIEW, or nothing for a view that somebody else makes. */
export function viewSql(view: PgView | PgMaterializedView): string | undefined {
  const materialized = isPgMaterializedView(view)
  const config = isPgView(view) ? getViewConfig(view) : getMaterializedViewConfig(view)
  if (config.isExisting || config.query === undefined) return undefined
  const options = Object.entries((config.with ?? {}) as Record<string, unknown>).map(
    ([key, value]) => `${snakeCase(key)} = ${String(value)}`,
  )
  const settings = options.length === 0 ? '' : ` WITH (${options.join(', ')})`
  return `CREATE ${materialized ? 'MATERIALIZED ' : ''}VIEW ${qualified(config.schema, config.name)}${settings} AS ${expression(config.query, { columns: 'qualified' })}`
}

/** Drizzle writes `checkOption`, PostgreSQL `check_option`. */
function snakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
