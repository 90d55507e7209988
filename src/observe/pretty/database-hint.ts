/** SQLSTATEs of a column and of a table that are in the code and not in the database. */
const NOT_THERE = ['42703', '42P01']

/** What PostgreSQL advises; and where a name is unknown to it, the commonest reason. */
export function databaseHint(error: Error): string[] {
  const { code, hint } = error as { readonly code?: unknown; readonly hint?: unknown }
  return [
    ...(typeof hint === 'string' ? [`  ${hint}`] : []),
    ...(NOT_THERE.includes(String(code))
      ? [
          '  Is there no migration for it yet? ashlar migrate check says what is missing, ashlar migrate make NAME writes it.',
        ]
      : []),
  ]
}
