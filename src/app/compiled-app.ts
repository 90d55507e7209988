import type { App, Listening, ListenOptions, RunOptions } from './app.ts'
import type { Override, Uses, UsedValues } from '../core/dependency.ts'
import type { Plan } from '../core/graph/plan.ts'
import { Resolution } from '../core/graph/resolution.ts'
import type { Logger } from '../core/request.ts'
import type { Router } from '../core/router.ts'
import type { OperationDescription } from '../core/description.ts'
import { answerFetch } from '../http/fetch.ts'
import type { Kernel } from '../http/kernel.ts'
import { requestIds } from '../http/request-id.ts'
import { HttpServer } from '../http/server.ts'
import type { OpenApiDocument } from '../openapi/types.ts'
import { compile, formatOf, type Compiled } from './compile.ts'
import type { AppDefinition } from './definition.ts'
import { documentOf } from './docs.ts'
import { KERNEL } from './kernel-of.ts'
import { Lifecycle } from './lifecycle.ts'
import { defaultLogger } from './logger.ts'
import { environmentOf } from './environment.ts'
import { buildPaths, type Paths } from './paths.ts'

/** @see App */
export class CompiledApp<Api extends Router> implements App<Api> {
  readonly definition: AppDefinition<Api>
  readonly api: Api
  readonly operations: readonly OperationDescription[]
  readonly paths: Paths<Api>
  readonly [KERNEL]: Kernel
  readonly #compiled: Compiled
  readonly #logger: Logger
  readonly #lifecycle: Lifecycle
  readonly #nextId = requestIds()
  readonly #plans = new WeakMap<Uses, Plan>()
  #document: OpenApiDocument | undefined
  #server: HttpServer | undefined
  #stopping: Promise<void> | undefined

  constructor(definition: AppDefinition<Api>) {
    this.definition = definition
    this.api = definition.api
    this.#logger = definition.logger ?? defaultLogger(environmentOf(definition))
    this.#compiled = compile(definition, this.#logger)
    this.operations = this.#compiled.operations
    // Built from the same tree the type is read from.
    this.paths = buildPaths(
      definition.api,
      this.operations.map(({ placed }) => placed),
    ) as Paths<Api>
    this.#lifecycle = new Lifecycle(this.#compiled, mountedApps(definition))
    this[KERNEL] = this.#compiled.kernel
  }

  start(): Promise<void> {
    return this.#lifecycle.start()
  }

  async listen({
    port = portOf(process.env['PORT']),
    host = this.#defaultHost(),
  }: ListenOptions = {}): Promise<Listening> {
    if (this.#server !== undefined) throw new Error('The app is listening already; stop() it first.')
    await this.start()
    const { kernel, lines, head, limits } = this.#compiled
    const server = new HttpServer({ kernel, lines, head, limits })
    const address = await server.listen(port, host)
    this.#server = server
    const shown = host === '0.0.0.0' || host === '::' || host === '127.0.0.1' ? 'localhost' : host
    return { url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${address.port}`, port: address.port, host }
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
    const { container } = this.#compiled
    const plan = this.#planFor(uses)
    await this.start()
    if (container.pending) await container.start()
    const resolution = new Resolution(plan, { signal, log: this.#logger })
    try {
      await resolution.resolve('main', [])
      const values: Record<string, unknown> = {}
      resolution.fill(plan.roots[0] ?? [], values)
      // Filled from the uses the type is made of.
      const result = await work(values as UsedValues<U>)
      const failure = await finish(resolution, undefined)
      if (failure !== undefined) throw new Finished(failure.error)
      return result
    } catch (error) {
      if (error instanceof Finished) throw error.error
      const failure = await finish(resolution, { error })
      throw failure?.error ?? error
    }
  }

  with(changes: { readonly provide?: readonly Override[] } & Partial<AppDefinition>): App<Api> {
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
    await this.#server?.stop()
    this.#server = undefined
    await this.#lifecycle.stop()
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
    return process.env['HOST'] ?? (this.#compiled.environment === 'production' ? '0.0.0.0' : '127.0.0.1')
  }
}

/** An error of the cleanups, which must not be handed to them again. */
class Finished extends Error {
  readonly error: unknown

  constructor(error: unknown) {
    super('finished')
    this.error = error
  }
}

async function finish(
  resolution: Resolution,
  failure: { readonly error: unknown } | undefined,
): Promise<{ readonly error: unknown } | undefined> {
  return resolution.finish('sent', await resolution.finish('handled', failure))
}

function mountedApps({ mounts = [] }: AppDefinition): App[] {
  return mounts.flatMap(({ target }) => (target.type === 'app' ? [target.app] : []))
}

const DEFAULT_PORT = 3000

function portOf(value: string | undefined): number {
  if (value === undefined || value === '') return DEFAULT_PORT
  const port = Number(value)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`PORT must be a number from 0 to 65535; it is ${JSON.stringify(value)}.`)
  return port
}
