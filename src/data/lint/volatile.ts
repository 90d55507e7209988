import { strings, within, type Node } from './ast.ts'

/**
 * Functions that give one value for all rows of a statement: STABLE or IMMUTABLE in the catalogue of PostgreSQL, which a test compares.
 * Any other may be VOLATILE, as functions are unless they say otherwise.
 */
export const NOT_VOLATILE: ReadonlySet<string> = new Set(
  `now transaction_timestamp statement_timestamp date_trunc date_part date_bin timezone age make_date make_time make_timestamp
   make_timestamptz make_interval to_timestamp to_date to_char lower upper initcap btrim ltrim rtrim concat concat_ws format replace
   repeat lpad rpad left right length substring md5 sha256 encode decode convert_to convert_from abs ceil floor round trunc power mod
   sqrt array_fill string_to_array array_append json_build_object json_build_array jsonb_build_object jsonb_build_array json_object
   jsonb_object to_json to_jsonb to_tsvector to_tsquery current_setting current_schema current_database numrange int4range int8range
   tsrange tstzrange daterange point box inet_client_addr pg_current_xact_id`.split(/\s+/),
)

/** The name of a function in an expression that may give each row another value. */
export function volatileFunction(expression: Node | undefined): string | undefined {
  for (const { funcname } of within('FuncCall', [expression])) {
    const names = strings(funcname)
    const builtIn = names.length === 1 || names[0] === 'pg_catalog'
    if (!builtIn || !NOT_VOLATILE.has(names.at(-1)!)) return names.join('.')
  }
  return undefined
}
