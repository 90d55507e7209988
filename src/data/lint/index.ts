export type { Finding, LintContext, LintRule, Severity } from './finding.ts'
export { formatFindings } from './format.ts'
export { lintSql } from './lint.ts'
export { lintRules } from './rules.ts'
