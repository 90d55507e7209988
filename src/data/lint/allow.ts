import type { Statement } from './statement.ts'
import type { Position } from './source.ts'

/** What the comments above a statement allow, and what is wrong with them. */
interface Allowances {
  readonly rules: ReadonlySet<string>
  readonly problems: readonly (Position & { readonly message: string })[]
}

/** Reads `-- ashlar: allow RULE reason`. */
export function allowancesOf({ comments }: Statement, known: ReadonlySet<string>): Allowances {
  const rules = new Set<string>()
  const problems: (Position & { message: string })[] = []
  for (const { text, offset, line, column } of comments) {
    const [, rule = '', reason = ''] = /^--\s*ashlar:\s*allow\b\s*(\S*)\s*(.*)$/s.exec(text) ?? []
    if (!/^--\s*ashlar:\s*allow\b/.test(text)) continue
    const message = problemOf(rule, reason.trim(), known)
    if (message === undefined) rules.add(rule)
    else problems.push({ offset, line, column, message })
  }
  return { rules, problems }
}

function problemOf(rule: string, reason: string, known: ReadonlySet<string>): string | undefined {
  if (rule === '') return 'The comment names no rule.'
  if (!known.has(rule)) return `There is no rule "${rule}", so the comment allows nothing.`
  if (reason === '') return `The comment allows ${rule} without a reason, so it allows nothing.`
  return undefined
}
