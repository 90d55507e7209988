// Each query gives one kind of object. Names are printed by the server, which knows its key words.

/** What belongs to an extension comes and goes with it. */
const notOfExtension = (classOf: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${classOf}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`

const OWN_SCHEMA = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

export const SCHEMAS = `
SELECT n.nspname AS schema, n.nspname AS name, quote_ident(n.nspname) AS sql
FROM pg_namespace n
WHERE ${OWN_SCHEMA} AND n.nspname <> 'public' AND ${notOfExtension('pg_namespace', 'n.oid')}
ORDER BY 1`

export const ENUMS = `
SELECT n.nspname AS schema, t.typname AS name, format_type(t.oid, NULL) AS sql,
  ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder) AS values
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND ${OWN_SCHEMA} AND ${notOfExtension('pg_type', 't.oid')}
ORDER BY 1, 2`

const SEQUENCE_OPTIONS = `format('INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s',
  s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE ' NO CYCLE' END)`

export const SEQUENCES = `
SELECT n.nspname AS schema, c.relname AS name, c.oid::regclass::text AS sql,
  format('AS %s ', format_type(s.seqtypid, NULL)) || ${SEQUENCE_OPTIONS} AS definition
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${OWN_SCHEMA} AND ${notOfExtension('pg_class', 'c.oid')}
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))
ORDER BY 1, 2`

const OWN_TABLE = `c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${OWN_SCHEMA}
  AND NOT (n.nspname = 'public' AND c.relname = 'ashlar_migrations') AND ${notOfExtension('pg_class', 'c.oid')}`

export const TABLES = `
SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS name, c.oid::regclass::text AS sql,
  c.relrowsecurity AS "rowSecurity", c.relforcerowsecurity AS "forcesRowSecurity"
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${OWN_TABLE}
ORDER BY 2, 3`

/** The columns' order is not compared: it cannot be changed. */
export const COLUMNS = `
SELECT c.oid::text AS "table", a.attname AS name, quote_ident(a.attname) AS sql, a.attnotnull AS "notNull",
  format_type(a.atttypid, a.atttypmod)
    || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || quote_ident(l.collname) ELSE '' END AS type,
  pg_get_expr(d.adbin, d.adrelid, true) AS expression,
  a.attgenerated AS generated, a.attidentity AS identity,
  owned.deptype IS NOT DISTINCT FROM 'a' AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' AS serial,
  CASE WHEN s.seqrelid IS NOT NULL THEN ${SEQUENCE_OPTIONS} END AS options, s.seqrelid::regclass::text AS sequence
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_depend owned ON owned.refclassid = 'pg_class'::regclass AND owned.refobjid = a.attrelid AND owned.refobjsubid = a.attnum
  AND owned.classid = 'pg_class'::regclass AND owned.deptype IN ('a', 'i') AND EXISTS (SELECT FROM pg_sequence WHERE seqrelid = owned.objid)
LEFT JOIN pg_sequence s ON s.seqrelid = owned.objid
WHERE a.attnum > 0 AND NOT a.attisdropped AND ${OWN_TABLE}
ORDER BY a.attrelid, a.attnum`

/** Exclusion constraints and those of triggers are left out: tables in code cannot say them. */
export const CONSTRAINTS = `
SELECT o.conrelid::text AS "table", o.conname AS name, quote_ident(o.conname) AS sql, o.contype AS type,
  pg_get_constraintdef(o.oid, true) AS definition, o.convalidated AS validated,
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = o.conrelid AND a.attnum = ANY (o.conkey)) AS columns,
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = o.confrelid AND a.attnum = ANY (o.confkey)) AS "referencedColumns",
  f.relname AS "referencedName", fn.nspname AS "referencedSchema"
FROM pg_constraint o
JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class f ON f.oid = o.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
WHERE o.contype IN ('p', 'u', 'f', 'c') AND o.conparentid = 0 AND ${OWN_TABLE}
ORDER BY o.conrelid, o.contype = 'f', o.conname`

export const INDEXES = `
SELECT i.indrelid::text AS "table", x.relname AS name, quote_ident(x.relname) AS sql, i.indisunique AS unique, i.indisvalid AS valid,
  pg_get_indexdef(i.indexrelid, 0, true) AS definition,
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND (a.attnum = ANY (i.indkey) OR EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum)) AND a.attnum > 0) AS columns
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${OWN_TABLE} AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
ORDER BY i.indrelid, x.relname`

export const POLICIES = `
SELECT p.polrelid::text AS "table", p.polname AS name, quote_ident(p.polname) AS sql,
  format('CREATE POLICY %I ON %s', p.polname, p.polrelid::regclass)
    || CASE WHEN p.polpermissive THEN '' ELSE ' AS RESTRICTIVE' END
    || CASE p.polcmd WHEN '*' THEN '' WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE' ELSE ' FOR DELETE' END
    || CASE WHEN p.polroles = '{0}' THEN '' ELSE ' TO ' || (
      SELECT string_agg(coalesce(quote_ident(r.rolname), 'PUBLIC'), ', ' ORDER BY r.rolname)
      FROM unnest(p.polroles) given(role) LEFT JOIN pg_roles r ON r.oid = given.role) END
    || coalesce(E'\\n  USING (' || pg_get_expr(p.polqual, p.polrelid, true) || ')', '')
    || coalesce(E'\\n  WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid, true) || ')', '') AS definition
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${OWN_TABLE}
ORDER BY p.polrelid, p.polname`

/** Others' triggers are written by hand. */
export const TRIGGERS = `
SELECT g.tgrelid::text AS "table", g.tgname AS name, quote_ident(g.tgname) AS sql, pg_get_triggerdef(g.oid, true) AS definition
FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND p.pronamespace = to_regnamespace('ashlar') AND ${OWN_TABLE}
ORDER BY g.tgrelid, g.tgname`

/** A view is made after those it reads, so the order of their making is one in which they can be made. */
export const VIEWS = `
SELECT n.nspname AS schema, c.relname AS name, c.oid::regclass::text AS sql, c.relkind = 'm' AS materialized,
  CASE WHEN c.reloptions IS NULL THEN '' ELSE 'WITH (' || array_to_string(c.reloptions, ', ') || ') ' END
    || 'AS' || E'\\n' || rtrim(pg_get_viewdef(c.oid, true), ';') AS definition,
  ARRAY(SELECT DISTINCT CASE WHEN rn.nspname = 'public' THEN '' ELSE rn.nspname || '.' END || r.relname
    FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class r ON r.oid = d.refobjid JOIN pg_namespace rn ON rn.oid = r.relnamespace
    WHERE w.ev_class = c.oid AND r.oid <> c.oid) AS reads
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND ${OWN_SCHEMA} AND ${notOfExtension('pg_class', 'c.oid')}
ORDER BY c.oid`

export const FUNCTIONS = `
SELECT n.nspname AS schema, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) AS name,
  p.oid::regprocedure::text AS sql, rtrim(pg_get_functiondef(p.oid), E'\\n') AS definition
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'ashlar' AND p.prokind IN ('f', 'p') AND ${notOfExtension('pg_proc', 'p.oid')}
ORDER BY 2`
