import { withoutCredentials } from '../core/without-credentials.ts'
import type { Issue } from '../core/errors/issue.ts'
import type { Found } from './sources.ts'
import type { Variable } from './variables.ts'

/** What is wrong with one setting. */
export interface SettingProblem {
  /** The variable; of a check over several, the setting's place. */
  readonly variable: string
  readonly message: string
  /** A line that would do. */
  readonly example: string | undefined
}

/**
 * Everything that is missing or wrong, at once. No value of a secret is in it.
 *
 * @example
 * const config = settings(z.object({ publicUrl: z.url() }), { env: {} })
 * const problemsOf = (work: () => unknown) => {
 *   try {
 *     work()
 *   } catch (error) {
 *     if (error instanceof SettingsError) return error.problems.map(({ variable }) => variable)
 *   }
 * }
 * problemsOf(() => config.publicUrl)   // => ['PUBLIC_URL']
 */
export class SettingsError extends Error {
  readonly problems: readonly SettingProblem[]

  constructor(problems: readonly SettingProblem[]) {
    super(report(problems))
    this.name = 'SettingsError'
    this.problems = problems
  }
}

function report(problems: readonly SettingProblem[]): string {
  const width = Math.max(...problems.map(({ variable }) => variable.length))
  const lines = problems.map(
    ({ variable, message, example }) =>
      `  ${variable.padEnd(width)}  ${message}${example === undefined ? '' : `\n  ${' '.repeat(width)}  for example ${variable}=${example}`}`,
  )
  const many = problems.length === 1 ? 'One setting is' : `${problems.length} settings are`
  return `${many} missing or wrong. Settings are read from the environment, from files named by NAME_FILE, from /run/secrets and from .env files:\n${lines.join('\n')}`
}

export function problemOf(
  issue: Issue,
  variables: readonly Variable[],
  found: ReadonlyMap<string, Found>,
): SettingProblem {
  const path = issue.path.map(String)
  const variable = variables.find((each) => each.path.every((key, index) => path[index] === key))
  if (variable === undefined)
    return { variable: path.join('.') || 'settings', message: issue.message, example: undefined }
  const { name, description } = variable
  // Of JSON nobody knows what a part of it would show.
  const secret = variable.secret || variable.form === 'json'
  const given = found.get(name)
  const what = description === undefined ? '' : ` (${description})`
  if (given === undefined) return { variable: name, message: `is missing${what}`, example: variable.example }
  const shown = secret ? '' : ` ${JSON.stringify(shortened(withoutCredentials(given.text)))}`
  const message = `${given.source} has${shown}: ${lowerFirst(issue.message)}${what}`
  return { variable: name, message: secret ? message.replace(' has:', ':') : message, example: variable.example }
}

const LONGEST = 60

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
