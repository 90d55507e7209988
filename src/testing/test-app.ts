import type { App, Listening } from '../app/app.ts'
import { partsOf } from '../app/parts.ts'
import { client, type Client } from '../client/index.ts'
import type { Principal } from '../core/access/index.ts'
import type { Part } from '../core/part.ts'
import type { Router } from '../core/router.ts'
import { Callers } from './callers.ts'
import { borrowed, deriveApp, type Changes } from './derive.ts'
import { TestDatabases } from './test-databases.ts'

/** What is different in the test: stand-ins for dependencies in `provide`, and anything else of the definition but its operations. */
export type TestAppOptions = Changes

/** Who calls in a test: a principal with whatever else the app's own user type has. */
export type TestCaller = Principal | (Principal & Readonly<Record<string, unknown>>)

/** What `fetch` takes besides what the platform's takes. */
export interface TestRequestInit extends RequestInit {
  /** Sent as the JSON body, with its content type. */
  readonly json?: unknown
  /** Who calls, as in {@link TestApp.as}. */
  readonly as?: TestCaller
}

/** An app under test: started, on a database of its own. */
export interface TestApp<Api extends Router = Router> extends AsyncDisposable {
  /** The app derived for the test. The one it is made from is not touched. */
  readonly app: App<Api>
  /** Calls the operations in process, as nobody. For credentials: `client(t.app, { token })`. */
  readonly client: Client<Api>
  /** A client whose caller is `user`, believed without credentials. The access rules then decide as always. */
  as(user: TestCaller): Client<Api>
  /** Runs work with dependencies of the app, outside a request: to prepare data, or to look at it. */
  readonly run: App<Api>['run']
  /** Answers a request in process, through the whole kernel: `t.fetch('/api/posts')`. */
  fetch(path: string, init?: TestRequestInit): Promise<Response>
  /** Serves on a free port of this machine, for what needs a real socket. */
  listen(): Promise<Listening>
  /** The same with further changes, on the same database. Stopped with this one at the latest. */
  with(options: TestAppOptions): Promise<TestApp<Api>>
  /** Stops the app and removes its database. */
  stop(): Promise<void>
}

/**
 * Makes an app for tests out of the app that is served: the same operations and rules, in the environment `test`, on an empty database
 * of its own that is cloned from a migrated template. It works with every test runner.
 *
 * @example
 * await using t = await testApp(app, { provide: [provide(mailer, fakeMailer)] })
 * const ada = t.as({ id: 'ada', roles: ['author'] })
 * const post = await ada.posts.create({ body: { title: 'Hello' } })
 * await expect(t.client.posts.remove({ params: { id: post.id } })).rejects.toMatchObject({ status: 401 })
 * @throws DefinitionError where the definition with these changes is not valid.
 */
export async function testApp<Api extends Router>(app: App<Api>, options: TestAppOptions = {}): Promise<TestApp<Api>> {
  const databases = new TestDatabases()
  const callers = new Callers()
  try {
    await databases.make(partsOf({ ...app.definition, ...options }))
    const changes = { ...options, provide: [...databases.overrides(), ...(options.provide ?? [])] }
    const derived = deriveApp(app, changes, { knownCaller: callers.find, insteadOf: databases.insteadOf })
    return await started(new DerivedTestApp(derived, callers, () => databases.drop()))
  } catch (error) {
    await databases.drop()
    throw error
  }
}

async function started<Api extends Router>(t: DerivedTestApp<Api>): Promise<TestApp<Api>> {
  await t.app.start()
  return t
}

/** Never resolved: the app is called in process. */
const ORIGIN = 'http://localhost'

class DerivedTestApp<Api extends Router> implements TestApp<Api> {
  readonly app: App<Api>
  readonly run: App<Api>['run']
  readonly client: Client<Api>
  readonly #callers: Callers
  readonly #ended: () => Promise<void>
  readonly #children = new Set<TestApp<Api>>()

  constructor(app: App<Api>, callers: Callers, ended: () => Promise<void>) {
    this.app = app
    this.run = app.run.bind(app)
    this.client = client(app)
    this.#callers = callers
    this.#ended = ended
  }

  as(user: TestCaller): Client<Api> {
    return client(this.app, { headers: this.#callers.headersFor(user) })
  }

  fetch(path: string, { json, as, ...init }: TestRequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (json !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json')
    for (const [name, value] of Object.entries(as === undefined ? {} : this.#callers.headersFor(as)))
      headers.set(name, value)
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    return this.app.fetch(new Request(new URL(path, ORIGIN), { ...init, ...body, headers }))
  }

  listen(): Promise<Listening> {
    return this.app.listen({ port: 0, host: '127.0.0.1' })
  }

  async with(options: TestAppOptions): Promise<TestApp<Api>> {
    const running = partsOf(this.app.definition)
    const insteadOf = (part: Part): Part => (running.includes(part) ? borrowed(part) : part)
    const derived = deriveApp(this.app, options, { knownCaller: this.#callers.find, insteadOf })
    const child: DerivedTestApp<Api> = new DerivedTestApp(derived, this.#callers, () => {
      this.#children.delete(child)
      return Promise.resolve()
    })
    await child.app.start()
    this.#children.add(child)
    return child
  }

  async stop(): Promise<void> {
    for (const child of this.#children) await child.stop()
    try {
      await this.app.stop()
    } finally {
      await this.#ended()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
