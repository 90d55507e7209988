import type { Finding, LintContext } from './finding.ts'
import { lintSql } from './lint.ts'

const HEAD = '-- ashlar: no-transaction'

/** Lints a text as the file it would be: its first line says whether it is a transaction. */
export function lintFile(sql: string, context: Partial<LintContext> = {}): Promise<readonly Finding[]> {
  return lintSql(sql, { file: '0001.sql', transactional: !sql.startsWith(HEAD), ...context })
}

/** The migrations that a recipe shows. */
export function filesOf(recipe: string): string[] {
  if (!recipe.startsWith('-- migration 1\n')) return [recipe]
  return recipe.split(/^-- migration \d+\n/m).slice(1)
}

/** What the linter has against the migrations of a recipe, each with those before it known. */
export async function lintRecipe(recipe: string, before: readonly string[] = []): Promise<readonly Finding[]> {
  const files = filesOf(recipe)
  const found = await Promise.all(
    files.map((sql, at) => lintFile(sql, { earlier: [...before, ...files.slice(0, at)] })),
  )
  return found.flat()
}
