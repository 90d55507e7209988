import type { Finding } from './finding.ts'

/** The findings for a terminal: place, rule and message, and below it what to write. Empty if there are none. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings.map(formatted).join('\n\n')
}

function formatted({ file, line, column, severity, rule, message, recipe }: Finding): string {
  const write = recipe === '' ? '' : `\n  write instead:\n${recipe.replaceAll(/^(?=.)/gm, '    ')}`
  return `${file}:${line}:${column} ${severity} ${rule}\n  ${message}${write}`
}
