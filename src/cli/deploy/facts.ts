import { relative, resolve } from 'node:path'
import type { App } from '../../app/app.ts'
import { healthPaths } from '../../app/health.ts'
import { isDatabase, partsOf } from '../../app/parts.ts'
import { settingVariables } from '../../settings/settings.ts'
import { longestStopMs } from '../stop-app.ts'
import { manifestIn, packagesOf, type Packages } from './packages.ts'

/** One variable that the app must be given. */
export interface NeededVariable {
  readonly name: string
  readonly secret: boolean
  readonly description: string
  readonly example: string
  /** Nothing that the app needs: what counts where nobody sets it is enough. */
  readonly isOptional?: boolean
  /** What counts then. */
  readonly standard?: string | undefined
}

/** What the files depend on. */
export interface DeployFacts {
  /** For names of containers and services: small letters, digits and dashes. */
  readonly name: string
  readonly title: string
  /** The app's file, from the project's folder. */
  readonly file: string
  /** Where the files are written, from the project's folder, and the other way round. */
  readonly out: string
  readonly fromOut: string
  readonly packages: Packages
  readonly port: number
  /** Where the metrics have a port of their own. */
  readonly metricsPort: number | undefined
  readonly node: string
  readonly hasDatabase: boolean
  readonly hasRedis: boolean
  readonly hasMigrations: boolean
  readonly livePath: string | undefined
  readonly readyPath: string | undefined
  /** What a stop may take, the time of draining and time to spare included, in seconds. */
  readonly stopSeconds: number
  /** Connections that one process opens at most. */
  readonly connections: number
  /** Without those that the files set by themselves. */
  readonly variables: readonly NeededVariable[]
}

const PORT = 3000
const NODE_MAJOR = '24'
const POOL = 10
/** Beyond what the app allows itself: whoever ends it by force comes last. */
const SPARE_SECONDS = 2

/** Looks at the app, which is loaded and not started. */
export function factsOf(app: App, path: string, out = 'deploy'): DeployFacts {
  const { definition } = app
  const folder = process.cwd()
  const file = inSlashes(relative(folder, path))
  const databases = partsOf(definition).filter(isDatabase)
  const [livePath, readyPath] = healthPaths(definition)
  return {
    // Of the package where it has one, else of the title.
    name: plainName(manifestIn(folder).name ?? definition.title),
    title: definition.title,
    file,
    out: inSlashes(relative(folder, resolve(out))) || '.',
    fromOut: inSlashes(relative(resolve(out), folder)) || '.',
    packages: packagesOf(folder, file),
    port: PORT,
    metricsPort: typeof definition.metrics === 'object' ? definition.metrics.port : undefined,
    node: NODE_MAJOR,
    hasDatabase: databases.length > 0,
    hasRedis: definition.redis !== undefined,
    hasMigrations: databases.some(({ options }) => options.migrations !== undefined),
    livePath,
    readyPath,
    stopSeconds: Math.ceil(longestStopMs(app) / 1000) + SPARE_SECONDS,
    connections: databases.reduce((sum, { options }) => sum + (options.pool?.max ?? POOL), 0),
    variables: variablesOf(app, databases.length > 0),
  }
}

/** Whether there is anything that only a secret of Kubernetes may have. */
export function hasSecret({ hasDatabase, hasRedis, variables }: DeployFacts): boolean {
  return hasDatabase || hasRedis || variables.some(({ secret }) => secret)
}

/** YAML takes these for something else than text. */
const NO_TEXT = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n'])

/** A label of DNS that begins with a letter, as services of Kubernetes are named (RFC 1035), and that YAML takes for text. */
export function plainName(name: string): string {
  const plain = name
    .replace(/^@[^/]+\//, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 50)
    .replace(/-+$/, '')
  if (plain === '') return 'api'
  return /^\d/.test(plain) || NO_TEXT.has(plain) ? `app-${plain}` : plain
}

function inSlashes(path: string): string {
  return path.replaceAll('\\', '/')
}

function variablesOf({ definition }: App, hasDatabase: boolean): readonly NeededVariable[] {
  const own = definition.settings === undefined ? [] : settingVariables(definition.settings)
  const hasAccounts = definition.auth !== undefined && 'kind' in definition.auth
  const given = new Set([
    'NODE_ENV',
    'PORT',
    ...(hasDatabase ? ['DATABASE_URL'] : []),
    ...(definition.redis === undefined ? [] : ['REDIS_URL']),
  ])
  return [
    { name: 'ALLOWED_HOSTS', secret: false, description: 'the hosts the app answers for', example: 'api.example.com' },
    ...(hasDatabase ? [SECRET] : []),
    ...(hasAccounts ? [ORIGIN] : []),
    ...(needsMetricsToken(definition) ? [METRICS_TOKEN] : []),
    ...own.map(({ description = '', example = '', ...variable }) => ({ ...variable, description, example })),
  ].filter(({ name }, index, all) => !given.has(name) && all.findIndex((each) => each.name === name) === index)
}

const SECRET: NeededVariable = {
  name: 'ASHLAR_SECRET',
  secret: true,
  description: 'what keys are derived from; the same for all processes: openssl rand -base64 32',
  example: '…',
}

const ORIGIN: NeededVariable = {
  name: 'ASHLAR_ORIGIN',
  secret: false,
  description: 'where accounts are reached, for links in mail',
  example: 'https://app.example.com',
}

/** Neither an access rule, nor a token in the code, nor a port of their own says who may read them. */
function needsMetricsToken({ metrics = false }: App['definition']): boolean {
  if (typeof metrics === 'boolean') return metrics
  return metrics.access === undefined && metrics.token === undefined && metrics.port === undefined
}

const METRICS_TOKEN: NeededVariable = {
  name: 'METRICS_TOKEN',
  secret: true,
  description: 'whoever sends it may read the metrics: openssl rand -hex 24',
  example: '…',
}
