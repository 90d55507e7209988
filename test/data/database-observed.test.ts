import { context, propagation, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { createApp, dependency, route, router, type App } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database, type Database } from 'ashlar/data'
import { openTelemetry } from 'ashlar/observe'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { silentProxy, type SilentProxy } from '../../src/data/silent-proxy.fixture.ts'
import { createTestDatabase, type TestDatabase } from '../../src/data/test-database.ts'

let own: TestDatabase<Record<string, never>>
beforeAll(async () => {
  own = await createTestDatabase(database())
})
afterAll(() => own.drop())

const silent = (): void => {}
const logger = { debug: silent, info: silent, warn: silent, error: silent }

function appOn(db: Database, changes: object = {}): App {
  const rows = dependency({ name: 'rows', uses: { tx: db.transaction } }, ({ tx }) =>
    tx.execute(sql`SELECT ${'canary'}::text`),
  )
  const api = router('/', {
    read: route.get('/read', { access: anyone, uses: { rows, db: db.drizzle } }, async ({ db: drizzle }) => {
      await drizzle.execute(sql.raw(`SELECT 'canary' AS "handler"`))
    }),
    wrong: route.get('/wrong', { access: anyone, uses: { db: db.drizzle } }, async ({ db: drizzle }) => {
      await drizzle.execute(sql`SELECT ${'canary'}::int`)
    }),
  })
  return createApp({ title: 'T', version: '1.0.0', environment: 'test', api, database: db, logger, ...changes })
}

async function asked(app: App, path: string): Promise<{ status: number; text: string }> {
  const response = await app.fetch(new Request(`http://localhost${path}`))
  return { status: response.status, text: await response.text() }
}

describe('whether an app with a database is ready', () => {
  let proxy: SilentProxy
  let db: Database
  let app: App
  beforeEach(async () => {
    proxy = await silentProxy(own.url)
    db = database({ url: proxy.url, pool: { max: 2, acquireTimeoutMs: 500 } })
    app = appOn(db)
    await app.start()
  })
  afterEach(async () => {
    proxy.close()
    await app.stop()
  })

  test('it is while the server answers', async () => {
    expect(await asked(app, '/readyz')).toMatchObject({ status: 200 })
  })

  test('it is while all connections are in use: requests wait, and are answered', async () => {
    const held = await Promise.all([db.pool.connect(), db.pool.connect()])
    expect(await asked(app, '/readyz')).toMatchObject({ status: 200 })
    for (const client of held) client.release()
  })

  test('it is not once the server has fallen silent, and no connection is kept that waits for it', async () => {
    proxy.silence()
    const { status, text } = await asked(app, '/readyz')
    expect([status, (JSON.parse(text) as { status: string }).status]).toEqual([503, 'failed'])
    expect(db.pool.idleCount).toBe(0)
  })
})

test('connections of a database are among the metrics, by its name, until it has stopped', async () => {
  const db = database({ name: 'main', url: own.url, pool: { max: 3 } })
  const app = appOn(db, { metrics: true })
  await asked(app, '/read')
  const { text } = await asked(app, '/metrics')
  const used =
    /^db_client_connection_count\{db_client_connection_pool_name="main",db_client_connection_state="used"\} (\d+)$/m
  const idle =
    /^db_client_connection_count\{db_client_connection_pool_name="main",db_client_connection_state="idle"\} (\d+)$/m
  expect(Number(used.exec(text)?.[1]) + Number(idle.exec(text)?.[1])).toBe(db.pool.totalCount)
  expect(text).toContain('db_client_connection_max{db_client_connection_pool_name="main"} 3')
  expect(text).toContain('db_client_connection_pending_requests{db_client_connection_pool_name="main"} 0')
  await app.stop()
})

test('those of replicas are among them, by the order in which they are named', async () => {
  const db = database({ name: 'main', url: own.url, replicas: [own.url, own.url], pool: { max: 3 } })
  const app = appOn(db, { metrics: true })
  await asked(app, '/read')
  const { text } = await asked(app, '/metrics')
  const named = text.matchAll(/^db_client_connection_max\{db_client_connection_pool_name="(.*)"\} 3$/gm)
  expect([...named].map(([, name]) => name)).toEqual(['main', 'main/replica-1', 'main/replica-2'])
  await app.stop()
})

describe('traces', () => {
  const exporter = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  beforeAll(() => provider.register())
  afterEach(() => exporter.reset())
  afterAll(async () => {
    await provider.shutdown()
    trace.disable()
    context.disable()
    propagation.disable()
  })

  test('statements are children of the dependency or the handler that runs them, without values', async () => {
    const app = appOn(database({ url: own.url }), { tracing: openTelemetry() })
    expect(await asked(app, '/read')).toMatchObject({ status: 204 })
    await app.stop()
    const spans = exporter.getFinishedSpans()
    const byId = new Map(spans.map((span) => [span.spanContext().spanId, span.name]))
    const statements = spans.filter(({ attributes }) => attributes['db.system.name'] === 'postgresql')
    expect(
      statements.map(({ name, attributes, parentSpanContext }) => ({
        name,
        text: attributes['db.query.text'],
        parent: byId.get(parentSpanContext?.spanId ?? ''),
      })),
    ).toEqual([
      { name: 'SELECT', text: 'SELECT ?::text', parent: 'dependency rows' },
      { name: 'SELECT', text: 'SELECT ? AS "handler"', parent: 'handler read' },
    ])
    expect(JSON.stringify(spans.map(({ attributes, events }) => [attributes, events]))).not.toContain('canary')
  })

  test('a statement that fails says so, and nothing of what the server said of its values', async () => {
    const app = appOn(database({ url: own.url }), { tracing: openTelemetry() })
    expect(await asked(app, '/wrong')).toMatchObject({ status: 422 })
    await app.stop()
    const spans = exporter.getFinishedSpans()
    expect(spans.find(({ name }) => name === 'SELECT')).toMatchObject({ status: { code: 2 } })
    expect(JSON.stringify(spans.map(({ attributes, events, status }) => [attributes, events, status]))).not.toContain(
      'canary',
    )
  })
})
