import type { LintRule } from './finding.ts'
import { lintFile } from './lint-files.fixture.ts'

/** The tables of the app that the examples presuppose. */
const readColumns = new Set(['posts.title'])

/** A rule as docs/migration-rules.md has it. Its recipe is that of the finding in its example. */
export async function sectionOf({ id, severity, title, why, example }: LintRule): Promise<string> {
  const finding = (await lintFile(example, { readColumns })).find(({ rule }) => rule === id)
  const recipe = finding?.recipe ?? ''
  const instead = recipe === '' ? [] : ['Write instead:', fenced(recipe)]
  return [`### ${id}`, `${title} (${severity}). ${why}`, fenced(example), ...instead].join('\n\n')
}

function fenced(sql: string): string {
  return `\`\`\`sql\n${sql}\n\`\`\``
}
