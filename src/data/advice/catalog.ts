import type { ClientBase } from 'pg'

/** A column, or an expression, of an index. */
export interface IndexKey {
  /** `null` for an expression. */
  readonly column: string | null
  /** With its collation and operator class where those are not the default ones. */
  readonly definition: string
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly operatorClass: string
  readonly usualClass: boolean
}

export interface CatalogIndex {
  readonly schema: string
  readonly table: string
  readonly name: string
  /** The access method. */
  readonly method: string
  readonly unique: boolean
  /** Whether a primary key, a unique or an exclusion constraint, or a foreign key rests on it. */
  readonly constraint: boolean
  readonly partition: boolean
  /** False where a concurrent build has failed. */
  readonly valid: boolean
  readonly predicate: string | null
  readonly keys: readonly IndexKey[]
  /** What else is kept in it (INCLUDE). */
  readonly included: readonly string[]
  readonly scans: number | null
  readonly bytes: number
  /** As PostgreSQL estimates them; negative where it never looked. */
  readonly tableRows: number
}

interface CatalogForeignKey {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly columns: readonly string[]
  readonly references: string
}

export interface CatalogColumn {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly notNull: boolean
  readonly type: string
  /** Of pg_type: A array, B boolean, E enum, S text ... */
  readonly category: string
}

/** What the advice is about. */
export interface AdviceCatalog {
  readonly indexes: readonly CatalogIndex[]
  readonly foreignKeys: readonly CatalogForeignKey[]
  readonly columns: readonly CatalogColumn[]
  /** Since when uses of indexes are counted; `null` where that was never reset. */
  readonly countedSince: string | null
}

const OWN = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname <> 'ashlar_migrations' AND NOT c.relispartition`

const INDEXES = `
SELECT n.nspname AS schema, c.relname AS "table", x.relname AS name, am.amname AS method, i.indisunique AS unique,
  EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid) AS "constraint", x.relispartition AS partition,
  i.indisvalid AS valid, pg_get_expr(i.indpred, i.indrelid) AS predicate,
  (SELECT jsonb_agg(jsonb_build_object(
      'column', (SELECT attname FROM pg_attribute WHERE attrelid = i.indrelid AND attnum = i.indkey[k - 1] AND attnum > 0),
      'definition', pg_get_indexdef(i.indexrelid, k, true),
      'descending', i.indoption[k - 1] & 1 = 1, 'nullsFirst', i.indoption[k - 1] & 2 = 2,
      'operatorClass', oc.opcname, 'usualClass', oc.opcdefault) ORDER BY k)
    FROM generate_series(1, i.indnkeyatts) k JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1]) AS keys,
  ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(i.indnkeyatts + 1, i.indnatts) k) AS included,
  s.idx_scan::float8 AS scans, pg_relation_size(i.indexrelid)::float8 AS bytes, c.reltuples::float8 AS "tableRows"
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am am ON am.oid = x.relam
JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = i.indexrelid
WHERE ${OWN} ORDER BY 1, 2, 3`

const FOREIGN_KEYS = `
SELECT n.nspname AS schema, c.relname AS "table", o.conname AS name, f.relname AS "references",
  ARRAY(SELECT a.attname::text FROM unnest(o.conkey) WITH ORDINALITY key(number, place)
    JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = key.number ORDER BY key.place) AS columns
FROM pg_constraint o
JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class f ON f.oid = o.confrelid
WHERE o.contype = 'f' AND o.conparentid = 0 AND ${OWN} ORDER BY 1, 2, 3`

const COLUMNS = `
SELECT n.nspname AS schema, c.relname AS "table", a.attname AS name, a.attnotnull AS "notNull",
  format_type(a.atttypid, a.atttypmod) AS type, t.typcategory AS category
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND ${OWN}`

const COUNTED_SINCE = `
SELECT to_char(stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since FROM pg_stat_database WHERE datname = current_database()`

export async function readAdviceCatalog(client: ClientBase): Promise<AdviceCatalog> {
  const { rows: indexes } = await client.query<CatalogIndex>(INDEXES)
  const { rows: foreignKeys } = await client.query<CatalogForeignKey>(FOREIGN_KEYS)
  const { rows: columns } = await client.query<CatalogColumn>(COLUMNS)
  const { rows: counted } = await client.query<{ since: string | null }>(COUNTED_SINCE)
  return { indexes, foreignKeys, columns, countedSince: counted[0]?.since ?? null }
}
