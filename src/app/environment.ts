import type { Problems } from '../core/graph/problems.ts'
import { DEVELOPMENT_HOSTS } from '../http/edge/host.ts'
import type { AppDefinition } from './definition.ts'

const ENVIRONMENTS = ['development', 'production', 'test'] as const
export type Environment = (typeof ENVIRONMENTS)[number]

/** Where the app runs. What is none of the three is reported, and taken for the strictest. */
export function environmentOf({ environment }: Pick<AppDefinition, 'environment'>, problems?: Problems): Environment {
  const named: string = environment ?? process.env['NODE_ENV'] ?? ''
  if (named === '') return 'development'
  const known = ENVIRONMENTS.find((each) => each === named)
  if (known !== undefined) return known
  problems?.add(
    environment === undefined ? 'NODE_ENV' : 'environment',
    `${JSON.stringify(named)} is not an environment; it is ${ENVIRONMENTS.join(', ')}. A stage such as "staging" is production with other settings`,
  )
  return 'production'
}

/** The hosts the app answers for. In production nothing is guessed. */
export function allowedHostsOf(
  { allowedHosts }: AppDefinition,
  environment: Environment,
  problems: Problems,
): readonly string[] {
  const named = allowedHosts ?? splitList(process.env['ALLOWED_HOSTS'])
  if (named !== undefined) return named
  if (environment === 'production') {
    problems.add(
      'allowedHosts',
      "in production the app must know its hosts; set allowedHosts: ['api.example.com'] or ALLOWED_HOSTS=api.example.com",
    )
  }
  return DEVELOPMENT_HOSTS
}

function splitList(value: string | undefined): string[] | undefined {
  const parts = value
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  return parts === undefined || parts.length === 0 ? undefined : parts
}
