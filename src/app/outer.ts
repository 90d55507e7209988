import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { anyone, type AccessRule } from '../core/access/index.ts'
import { chain } from '../core/maybe-promise.ts'
import { FRONTEND } from '../core/observation/own-operations.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { Logger } from '../core/request.ts'
import { Compression } from '../http/compression.ts'
import { Cors, type CorsOptions } from '../http/cors.ts'
import type { FileFolder } from '../http/files/file-folder.ts'
import { Frontend, type FrontendOptions } from '../http/files/frontend.ts'
import { HttpsRedirect, type HttpsRedirectOptions } from '../http/https-redirect.ts'
import type { MountHandler } from '../http/mounts.ts'
import type { OuterLayerParts } from '../http/outer-layer.ts'
import type { AppDefinition } from './definition.ts'
import type { Environment } from './environment.ts'
import { rootPathOf } from './docs.ts'
import { probePaths } from './own-routers.ts'
import { guardOf } from './mount-handlers.ts'
import { replacedHeaders } from './security-headers.ts'

/** A front end beside the API. */
export interface AppFrontend extends FrontendOptions {
  /** Who may have it. Default `anyone`: what a browser runs before anybody has logged in. */
  readonly access?: AccessRule
}

/** What is around everything an app answers. */
export function outerParts(definition: AppDefinition, environment: Environment, problems: Problems): OuterLayerParts {
  const { cors, compression = {}, redirectToHttps = false, trustedProxies = [] } = definition
  if (redirectToHttps !== false && trustedProxies.length === 0)
    problems.add(
      'redirectToHttps',
      'an app learns from its proxy alone that a client came by https; name it in trustedProxies, or every request is sent back for ever',
    )
  return {
    cors: cors === undefined ? undefined : problems.collect('cors', () => checkedCors(cors, environment)),
    compression:
      compression === false ? undefined : problems.collect('compression', () => new Compression(compression)),
    httpsRedirect: redirectToHttps === false ? undefined : httpsRedirect(redirectToHttps, definition),
  }
}

function httpsRedirect(options: true | HttpsRedirectOptions, definition: AppDefinition): HttpsRedirect {
  const { except = [] } = options === true ? {} : options
  return new HttpsRedirect([...probePaths(definition), ...except], rootPathOf(definition))
}

function checkedCors(options: CorsOptions, environment: Environment): Cors {
  if (options.origins !== '*' && !Array.isArray(options.origins))
    throw new TypeError("origins is a list, such as ['https://app.example.com'], or '*' for every page")
  const open = options.origins === '*' ? undefined : options.origins.find((origin) => isUnprotected(origin))
  if (options.credentials === true && environment === 'production' && open !== undefined)
    throw new RangeError(
      `whoever is between a browser and ${open} can write its pages, and act with the cookies of whoever opens them; use https, or leave out credentials`,
    )
  return new Cors(options)
}

/** Over http, and not on the browser's own machine. */
function isUnprotected(origin: string): boolean {
  return (
    typeof origin === 'string' && /^http:\/\/(?!(?:[\w-]+\.)*localhost(?::|$)|127\.0\.0\.1(?::|$)|\[::1\])/.test(origin)
  )
}

type GuardContext = Parameters<typeof guardOf>[1]

interface FrontendContext extends GuardContext {
  readonly environment: Environment
  readonly logger: Logger
}

/** What answers paths that nobody else does. */
export function frontendHandler(context: FrontendContext): MountHandler | undefined {
  const { definition, environment, logger, problems } = context
  if (definition.frontend === undefined) return undefined
  const options: AppFrontend =
    typeof definition.frontend === 'string' || definition.frontend instanceof URL
      ? { folder: definition.frontend }
      : definition.frontend
  if (options.folder === undefined) {
    problems.add('frontend', "it has no folder; write frontend: 'web/dist' or { folder: 'web/dist' }")
    return undefined
  }
  const place = { apiPrefix: (definition.api?.prefix ?? '').replace(/\/$/, ''), replaced: replacedHeaders(definition) }
  const frontend = problems.collect('frontend', () => new Frontend(options, place))
  if (frontend === undefined) return undefined
  const { folder } = frontend.files
  const missing = `there is no folder ${folder.path}; build the front end first`
  if (!folder.exists && environment === 'production') problems.add('frontend', missing)
  checkFallback(options, folder, context)
  // Told to whoever asks for it, and not before: commands that print what is in the app write nothing else.
  let isTold = folder.exists
  const tell = (): void => {
    isTold = true
    if (!folder.exists) logger.warn({}, `The front end is not served: ${missing}.`)
  }
  const { access = anyone } = options
  const guard = access === anyone ? undefined : guardOf({ path: '/frontend', access }, context)
  return (exchange) => {
    if (!isTold) tell()
    return chain(guard?.guard(exchange, {}), async () => {
      const outcome = await frontend.answer(exchange.head)
      // What it does not have is nobody's: a path that nobody declared.
      exchange.operation = FRONTEND
      return outcome
    })
  }
}

/** In development it may be built later. */
function checkFallback(
  { fallback }: AppFrontend,
  folder: FileFolder,
  { environment, problems }: FrontendContext,
): void {
  if (fallback === undefined || fallback === false) return
  if (!fallback.startsWith('/'))
    problems.add('frontend', `its fallback "${fallback}" begins with a slash: "/${fallback}"`)
  else if (environment === 'production' && folder.exists && !existsSync(join(folder.path, fallback)))
    problems.add('frontend', `its fallback ${fallback} is not in ${folder.path}`)
}
