import type { Problems } from '../core/graph/problems.ts'
import { DEVELOPMENT_HOSTS } from '../http/edge/host.ts'
import type { AppDefinition } from './definition.ts'

export type Environment = 'development' | 'production' | 'test'

export function environmentOf({ environment }: Pick<AppDefinition, 'environment'>): Environment {
  const named = environment ?? process.env['NODE_ENV']
  return named === 'production' || named === 'test' ? named : 'development'
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
