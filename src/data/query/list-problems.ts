import type { AshlarError, Issue } from '../../core/errors/index.ts'
import { QueryInvalid } from './errors.ts'

/** A name that a list does not have. */
export interface QueryProblem {
  readonly parameter: string
  readonly value?: string
  readonly allowed: readonly string[]
}

/** What can be named: parameters, and what may stand in those that choose among names. */
export interface AllowedNames {
  readonly parameters: readonly string[]
  readonly choices: Readonly<Record<string, readonly string[]>>
}

const MAX_SHOWN = 100
/** Each lists what is allowed, so the answer could be far longer than the request. */
const MAX_PROBLEMS = 20

/** The answer to problems with names, all of them together; `undefined` where there are only problems with values, which are a 422. */
export function queryProblems(issues: readonly Issue[], allowed: AllowedNames): AshlarError | undefined {
  const problems = issues.flatMap((issue) => problemOf(issue, allowed) ?? []).slice(0, MAX_PROBLEMS)
  return problems.length === 0 ? undefined : queryInvalid(problems)
}

/** Names in a query whose values are as its schema gives them. */
export function unknownNames(
  query: Readonly<Record<string, unknown>>,
  { parameters, choices }: AllowedNames,
): readonly QueryProblem[] {
  return Object.entries(query).flatMap(([parameter, value]): readonly QueryProblem[] => {
    if (value === undefined) return []
    if (!parameters.includes(parameter)) return [{ parameter, allowed: similar(parameter, parameters) }]
    const allowed = Object.hasOwn(choices, parameter) ? choices[parameter] : undefined
    if (allowed === undefined) return []
    const asked: readonly unknown[] = Array.isArray(value) ? value : [value]
    return asked.flatMap((each) =>
      allowed.includes(String(each)) ? [] : [{ parameter, value: String(each), allowed }],
    )
  })
}

export function queryInvalid(problems: readonly QueryProblem[]): AshlarError {
  const detail = problems.map(({ parameter, value }) =>
    value === undefined
      ? `There is no parameter "${parameter}".`
      : `The parameter "${parameter}" cannot be "${value}".`,
  )
  return new QueryInvalid(`${detail.join(' ')} What is allowed stands under data.`, {
    data: { problems: problems.map((problem) => ({ ...problem, allowed: [...problem.allowed] })) },
  })
}

function problemOf(issue: Issue, { parameters, choices }: AllowedNames): QueryProblem | undefined {
  const [name] = issue.path
  if (issue.in !== 'query' || typeof name !== 'string') return undefined
  if (issue.code === 'extra_forbidden' && issue.path.length === 1)
    return { parameter: shown(name), allowed: similar(name, parameters) }
  const names = Object.hasOwn(choices, name) ? choices[name] : undefined
  if (names === undefined || issue.code !== 'enum') return undefined
  return { parameter: name, value: typeof issue.input === 'string' ? shown(issue.input) : '', allowed: names }
}

/** For an operator that the column does not have, those that it has. */
function similar(name: string, parameters: readonly string[]): readonly string[] {
  const bracket = name.indexOf('[')
  const column = bracket === -1 ? name : name.slice(0, bracket)
  const same = parameters.filter((each) => each === column || each.startsWith(`${column}[`))
  return same.length === 0 || column === '' ? parameters : same
}

function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text
}
