import type { App, Listening, ListenOptions, RunOptions } from './app.ts'
import type { Uses, UsedValues } from '../core/dependency.ts'
import type { Plan } from '../core/graph/plan.ts'
import { Resolution, type Failure } from '../core/graph/resolution.ts'
import type { Logger } from '../core/request.ts'
import type { Router } from '../core/router.ts'
import type { OperationDescription } from '../core/description.ts'
import { answerFetch } from '../http/fetch.ts'
import { requestIds } from '../http/request-id.ts'
import { HttpServer } from '../http/server.ts'
import type { AppLogging } from '../observe/app-logging.ts'
import type { OpenApiDocument } from '../openapi/types.ts'
import { compile, formatOf, type Compiled } from './compile.ts'
import type { AppDefinition } from './definition.ts'
import { documentOf } from './docs.ts'
import { INTERNALS, type Internals } from './internals.ts'
import { Lifecycle } from './lifecycle.ts'
import { serveMetrics, type MetricsServer } from './metrics-server.ts'
import { watchRequests } from './metrics.ts'
import { mountedApps } from './mount.ts'
import { partsOf } from './parts.ts'
import { buildPaths, type Paths } from './paths.ts'
import { loggingOf } from './request-log.ts'

/** @see App */
export class CompiledApp<Api extends Router> implements App<Api> {
  readonly definition: AppDefinition<Api>
  readonly api: Api
  readonly operations: readonly OperationDescription[]
  readonly paths: Paths<Api>
  readonly [INTERNALS]: Internals
  readonly #compiled: Compiled
  readonly #logging: AppLogging
  readonly #logger: Logger
  readonly #lifecycle: Lifecycle
  readonly #nextId = requestIds()
  readonly #plans = new WeakMap<Uses, Plan>()
  #document: OpenApiDocument | undefined
  #metricsServer: MetricsServer | undefined
  #listening: Promise<HttpServer> | undefined
  #stopping: Promise<void> | undefined

  constructor(definition: AppDefinition<Api>) {
    this.definition = definition
    this.api = definition.api
    this.#logging = loggingOf(definition)
    this.#logger = this.#logging.log
    this.#compiled = compile(definition, this.#logging)
    this.operations = this.#compiled.operations
    // Built from the same tree the type is read from.
    this.paths = buildPaths(
      definition.api,
      this.operations.map(({ placed }) => placed),
    ) as Paths<Api>
    const { container, kernel, services, availability, metrics } = this.#compiled
    this.#lifecycle = new Lifecycle({
      parts: partsOf(definition),
      container,
      services,
      availability,
      mounted: mountedApps(definition),
    })
    this[INTERNALS] = { logging: this.#logging, kernel, lifecycle: this.#lifecycle, availability, metrics }
    watchRequests(services.meters, kernel)
  }

  start(): Promise<void> {
    return this.#lifecycle.start()
  }

  async listen({
    port = portOf(process.env['PORT']),
    host = this.#defaultHost(),
  }: ListenOptions = {}): Promise<Listening> {
    if (this.#listening !== undefined) throw new Error('The app is listening already; stop() it first.')
    // Kept before the first wait: a second call must not come between, and a stop meanwhile must find it.
    const listening = this.#serve(port, host)
    this.#listening = listening
    try {
      const server = await listening
      const shown = host === '0.0.0.0' || host === '::' || host === '127.0.0.1' ? 'localhost' : host
      return { url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${server.port}`, port: server.port, host }
    } catch (error) {
      if (this.#listening === listening) this.#listening = undefined
      throw error
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => (this.#stopping = undefined))
    return this.#stopping
  }

  async fetch(request: Request): Promise<Response> {
    await this.start()
    const { kernel, lines, head } = this.#compiled
    return answerFetch(request, { kernel, lines, head, nextId: this.#nextId })
  }

  async run<const U extends Uses, R>(
    uses: U,
    work: (values: UsedValues<U>) => R | Promise<R>,
    { signal = new AbortController().signal }: RunOptions = {},
  ): Promise<R> {
    const plan = this.#planFor(uses)
    await this.start()
    await this.#compiled.container.start()
    const resolution = new Resolution(plan, { signal, log: this.#logger })
    let outcome: { readonly result: R } | undefined
    let failure: Failure | undefined
    try {
      await resolution.resolve('main', [])
      const values: Record<string, unknown> = {}
      resolution.fill(plan.roots[0] ?? [], values)
      // Filled from the uses the type is made of.
      outcome = { result: await work(values as UsedValues<U>) }
    } catch (error) {
      failure = { error }
    }
    failure = await resolution.finish('sent', await resolution.finish('handled', failure))
    if (outcome === undefined || failure !== undefined) throw failure?.error
    return outcome.result
  }

  with(changes: Partial<Omit<AppDefinition, 'api'>>): App<Api> {
    const provide = [...(this.definition.provide ?? []), ...(changes.provide ?? [])]
    const mounts = (changes.mounts ?? this.definition.mounts)?.map((mount) =>
      mount.target.type === 'app'
        ? { ...mount, target: { ...mount.target, app: mount.target.app.with({ provide: changes.provide ?? [] }) } }
        : mount,
    )
    return new CompiledApp<Api>({
      ...this.definition,
      ...changes,
      api: this.api,
      provide,
      ...(mounts === undefined ? {} : { mounts }),
    })
  }

  openapi(): OpenApiDocument {
    this.#document ??= documentOf(this.definition, this.operations, formatOf(this.definition))
    return this.#document
  }

  async #stop(): Promise<void> {
    this.#compiled.availability.drain()
    const listening = this.#listening
    this.#listening = undefined
    const server = await listening?.catch(() => undefined)
    await server?.stop()
    await this.#metricsServer?.stop()
    this.#metricsServer = undefined
    await this.#lifecycle.stop()
    await this.#logging.reports?.flush()
  }

  async #serve(port: number, host: string): Promise<HttpServer> {
    await this.#stopping?.catch(() => undefined)
    await this.start()
    const server = new HttpServer(this.#compiled)
    await server.listen(port, host)
    try {
      const { metrics, limits } = this.#compiled
      this.#metricsServer = await serveMetrics(metrics, { host, limits })
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  #planFor(uses: Uses): Plan {
    const known = this.#plans.get(uses)
    if (known !== undefined) return known
    const plan = this.#compiled.container.plan({
      place: 'app.run',
      accessRoots: [],
      accessInputs: [],
      roots: [uses],
      inputs: [],
      request: false,
    })
    this.#plans.set(uses, plan)
    return plan
  }

  #defaultHost(): string {
    // An empty name would be every interface.
    return process.env['HOST'] || (this.#compiled.environment === 'production' ? '0.0.0.0' : '127.0.0.1')
  }
}

const DEFAULT_PORT = 3000

function portOf(value: string | undefined): number {
  if (value === undefined || value === '') return DEFAULT_PORT
  const port = /^\d{1,5}$/.test(value) ? Number(value) : NaN
  if (!(port <= 65_535)) throw new RangeError(`PORT must be a number from 0 to 65535; it is ${JSON.stringify(value)}.`)
  return port
}
