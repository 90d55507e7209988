import { ContentTooLarge, NotImplemented } from '../core/errors/index.ts'
import type { Container } from '../core/graph/container.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { AppServices } from '../core/services.ts'
import { attempt, chain, type MaybePromise } from '../core/maybe-promise.ts'
import type { Outcome } from '../core/middleware.ts'
import type { RequestHead } from '../core/request.ts'
import { empty } from '../core/content.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { placeOperations } from '../core/tree.ts'
import type { Exchange } from '../http/exchange.ts'
import { HOP_BY_HOP } from '../http/hop-by-hop.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Cors } from '../http/cors.ts'
import type { Mounted, MountHandler } from '../http/mounts.ts'
import { FILE_METHODS, FileServer } from '../http/files/file-server.ts'
import { CompiledOperation, type OperationSettings } from '../http/operation.ts'
import { fromResponse } from '../http/respond.ts'
import type { ResponseLines } from '../http/response-lines.ts'
import { SocketIncoming } from '../http/socket-incoming.ts'
import type { App } from './app.ts'
import { kernelOf } from './internals.ts'
import type { AppDefinition } from './definition.ts'
import { describeOperation } from './describe.ts'
import { rootPathOf } from './docs.ts'
import type { FetchHandler, Mount, MountTarget, NodeListener } from './mount.ts'
import { replacedHeaders } from './security-headers.ts'

interface MountContext {
  readonly definition: AppDefinition
  readonly container: Container
  readonly services: AppServices
  readonly settings: OperationSettings
  readonly problems: Problems
  readonly lines: ResponseLines
  readonly cors: Cors | undefined
}

/** What is mounted, behind its access rule. */
export function mounted(mount: Mount, context: MountContext): Mounted {
  if (!/^(\/[\w.~-]+)+$/.test(mount.path))
    context.problems.add(`mount ${mount.path}`, 'the path must be "/" and plain segments, without a slash at the end')
  const { target } = mount
  if (target.type === 'app') return mountedApp(target.app, { prefix: mount.path, root: rootPathOf(context.definition) })
  const guard = guardOf(mount, context)
  const answer = handlerOf(mount, target, context)
  return {
    answer: (exchange) => chain(guard?.guard(exchange, {}), () => answer(exchange)),
    ...(target.type === 'files' && { allowAt: () => FILE_METHODS }),
  }
}

function mountedApp(app: App, place: MountPlace): Mounted {
  const plain = (outcome: Outcome): Outcome => {
    outcome.compress ??= false
    return outcome
  }
  return {
    answer:
      app.definition.compression === false
        ? (exchange) => chain(appOutcome(app, exchange, place), plain)
        : (exchange) => appOutcome(app, exchange, place),
    allowAt: (path) => kernelOf(app).allowAt(pathBelow(path, place.prefix)),
    cors: kernelOf(app).settings.outer?.cors,
  }
}

function handlerOf(
  { path }: Mount,
  target: Exclude<MountTarget, { type: 'app' }>,
  context: MountContext,
): MountHandler {
  const missing =
    target.type !== 'files' && typeof (target.type === 'fetch' ? target.handler : target.listener) !== 'function'
  // From JavaScript, or TypeScript that nobody has checked.
  if (missing)
    context.problems.add(
      `mount ${path}`,
      'it is given an app, { access, fetch }, { access, listener } or { access, files }',
    )
  if (target.type === 'fetch')
    return (exchange) => fetchOutcome(target.handler, exchange, path, context.settings.limits.bodyBytes)
  if (target.type === 'node') return (exchange) => nodeOutcome(target.listener, exchange, { prefix: path, ...context })
  const files = new FileServer(target.folder, target.options, replacedHeaders(context.definition))
  if (!files.folder.exists) context.problems.add(`mount ${path}`, `there is no folder ${files.folder.path}`)
  return ({ head }) => files.answer(head, pathBelow(head.path, path))
}

/** The access rule of a mount is decided exactly as an operation's is. */
export function guardOf(
  { path, access }: Pick<Mount, 'path' | 'access'>,
  { definition, container, services, settings, problems }: Omit<MountContext, 'lines' | 'cors'>,
): CompiledOperation | undefined {
  // From JavaScript the rule may be missing; placing the operation reports that.
  const guarded = route.get('/', { access: access as NonNullable<typeof access>, response: empty }, () => undefined)
  const [placed] = placeOperations(router(path, { mount: guarded }), problems)
  return (
    placed &&
    new CompiledOperation(describeOperation(placed, definition, { container, services, problems }), settings, problems)
  )
}

function pathBelow(path: string, prefix: string): string {
  return path.slice(prefix.length) || '/'
}

function targetBelow({ path, search }: RequestHead, prefix: string): string {
  return pathBelow(path, prefix) + (search === '' ? '' : `?${search}`)
}

interface MountPlace {
  readonly prefix: string
  /** The outer app's own, where it says one. */
  readonly root: string | undefined
}

function appOutcome(app: App, exchange: Exchange, { prefix, root }: MountPlace): MaybePromise<Outcome> {
  const kernel = kernelOf(app)
  const { incoming } = exchange
  const head = Object.create(incoming.head, {
    path: { value: pathBelow(incoming.head.path, prefix), enumerable: true },
    basePath: { value: (root ?? incoming.head.basePath) + prefix, enumerable: true },
  }) as Incoming['head']
  const inner = kernel.open(incoming.withHead(head), exchange.startedAt)
  exchange.handTo(inner)
  exchange.afterSent = () => kernel.close(inner)
  return kernel.answer(inner)
}

/** About the connection and the body as they came; the body that is handed on is whole and decompressed. */
const NOT_HANDED_ON = new Set([...HOP_BY_HOP, 'content-encoding', 'content-length', 'expect'])

async function fetchOutcome(
  handler: FetchHandler,
  exchange: Exchange,
  prefix: string,
  limitBytes: number,
): Promise<Outcome> {
  const { head } = exchange
  if (head.method === 'TRACE') throw new NotImplemented('A mounted fetch handler cannot be asked for a TRACE.')
  const headers = new Headers()
  for (const [name, value] of Object.entries(head.headerFields())) {
    if (NOT_HANDED_ON.has(name)) continue
    for (const line of Array.isArray(value) ? value : [value]) headers.append(name, line)
  }
  const body = head.hasBody ? await bodyOf(exchange, limitBytes) : null
  const url = `${head.protocol}://${head.host}${targetBelow(head, prefix)}`
  return fromResponse(await handler(new Request(url, { method: head.method, headers, body, signal: exchange.signal })))
}

/** Nothing for GET and HEAD, which have none in a web `Request`; it is read all the same, so that the connection stays usable. */
async function bodyOf(exchange: Exchange, limitBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  exchange.waitForBody()
  const bytes = await exchange.incoming.readBody(limitBytes)
  exchange.bodyArrived()
  return exchange.head.method === 'GET' || exchange.head.method === 'HEAD' ? null : new Uint8Array(bytes)
}

interface NodePlace extends Pick<MountContext, 'lines' | 'settings' | 'cors'> {
  readonly prefix: string
}

/**
 * A listener writes to the socket itself; the answer it leaves is only waited for. It starts from the secure headers and gets no body
 * that is announced as too large; its other limits are its own.
 */
function nodeOutcome(
  listener: NodeListener,
  exchange: Exchange,
  { prefix, lines, settings, cors }: NodePlace,
): Promise<Outcome> {
  const { head, incoming } = exchange
  const { bodyBytes } = settings.limits
  if (!(incoming instanceof SocketIncoming))
    throw new NotImplemented('A mounted Node listener is only reached over a socket.')
  if ((head.contentLength ?? 0) > bodyBytes) throw new ContentTooLarge(`The body is larger than ${bodyBytes} bytes.`)
  const { request, response } = incoming
  // An answer given in its place would make it throw when it gives its own.
  exchange.stopClock()
  response.setHeader('x-request-id', head.id)
  for (const [name, value] of lines.defaultsFor(head.protocol)) response.setHeader(name, value)
  const marks = new Map<string, string>()
  cors?.mark(head, { headers: marks })
  response.setHeaders(marks)
  if (head.expectsContinue) response.writeContinue()
  // The path whose guard has decided, not the one that was sent.
  request.url = targetBelow(head, prefix)
  return new Promise((resolve, reject) => {
    response.once('close', () =>
      resolve({ status: response.statusCode, headers: new Map(), cookies: [], body: undefined }),
    )
    const failed = (error: unknown): void => {
      if (!response.headersSent) return reject(error instanceof Error ? error : new Error(String(error)))
      exchange.log.error({ err: error }, 'a mounted listener failed in the middle of its answer')
      response.destroy()
    }
    void attempt(() => listener(request, response), failed)
  })
}
