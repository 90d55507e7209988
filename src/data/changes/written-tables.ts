/** What a statement may change. */
export interface Written {
  /** As Drizzle names tables. */
  readonly tables: readonly string[]
  readonly deletes: boolean
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`
const WRITES = new RegExp(
  String.raw`\b(insert\s+into|merge\s+into|update|delete\s+from|truncate(?:\s+table)?)\s+(?:only\s+)?(${NAME}(?:\s*\.\s*${NAME})?)`,
  'giu',
)

/**
 * The tables that SQL written by hand names as those it writes. Words in a text or a comment are taken for SQL too: looking again harms nobody. What a
 * function writes is not seen.
 */
export function writtenTables(text: string): Written | undefined {
  // Nothing but WITH may stand before a change.
  if (/^\s*select\b/i.test(text)) return undefined
  const tables: string[] = []
  let deletes = false
  for (const [, verb = '', name = ''] of text.matchAll(WRITES)) {
    tables.push(tableName(name))
    deletes ||= /^(?:delete|truncate|merge)/i.test(verb)
  }
  return tables.length === 0 ? undefined : { tables, deletes }
}

function tableName(name: string): string {
  const parts = [...name.matchAll(new RegExp(NAME, 'gu'))].map(([part]) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase(),
  )
  return (parts.length === 2 && parts[0] === 'public' ? parts.slice(1) : parts).join('.')
}
