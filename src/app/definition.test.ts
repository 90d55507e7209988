import { afterEach, describe, expect, test, vi } from 'vitest'
import { anyone } from '../core/access/index.ts'
import { empty } from '../core/content.ts'
import { DefinitionError } from '../core/graph/problems.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { configOf } from './config.ts'
import { createApp } from './create-app.ts'
import type { AppDefinition } from './definition.ts'
import { mount } from './mount.ts'

const hello = route.get('/hello', { access: anyone }, () => undefined)

function problemsOf(changes: Partial<AppDefinition>): readonly string[] {
  try {
    createApp({ title: 'Test', version: '1.0.0', api: router('', { hello }), ...changes })
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems
    throw error
  }
  return []
}

afterEach(() => void vi.unstubAllEnvs())

test('mistakes of every part are told together', () => {
  const problems = problemsOf({
    environment: 'staging' as 'test',
    allowedHosts: ['http://not-a-host/'],
    trustedProxies: ['not an address'],
    limits: { bodyBytes: 0 },
    securityHeaders: { 'x-name': 'a\nb' },
    api: router('', {
      hello,
      status: route.get('/status', { access: anyone, status: 99 }, () => undefined),
      statuses: route.get(
        '/statuses',
        { access: anyone, response: { 200: empty, 700: empty } },
        () => undefined as never,
      ),
    }),
    mounts: [
      mount('/hello', { access: anyone, fetch: () => new Response() }),
      mount('/twice', { access: anyone, fetch: () => new Response() }),
      mount('/twice', { access: anyone, fetch: () => new Response() }),
    ],
  })
  expect(problems).toEqual([
    expect.stringMatching(/^environment: "staging" is not an environment/),
    expect.stringMatching(/^limits: limits.bodyBytes must be/),
    expect.stringMatching(/^allowedHosts: /),
    expect.stringMatching(/^trustedProxies: /),
    expect.stringMatching(/^securityHeaders: .*U\+000A/),
    'status: it declares the status 99; a response has one from 200 to 599',
    'statuses: it declares the status 700; a response has one from 200 to 599',
    'mount /hello: it answers /hello in the place of "hello"; move one of them',
    'mount /twice: something else is mounted there already',
  ])
})

describe('NODE_ENV', () => {
  test.each(['production', 'test', 'development', ''])('may be "%s"', (value) => {
    vi.stubEnv('NODE_ENV', value)
    expect(problemsOf({ allowedHosts: ['a.test'] })).toEqual([])
  })

  test.each(['prod', 'Production', 'staging'])('that is "%s" is not taken for development', (value) => {
    vi.stubEnv('NODE_ENV', value)
    expect(problemsOf({ allowedHosts: ['a.test'] })).toEqual([
      expect.stringMatching(/^NODE_ENV: .* is not an environment; it is development, production, test/),
    ])
  })
})

test('the types of a definition name its limits, and a derived app keeps its operations', () => {
  const app = createApp({ title: 'Test', version: '1.0.0', environment: 'test', api: router('', { hello }) })
  // @ts-expect-error there is no such limit
  expect(problemsOf({ environment: 'test', limits: { bodySize: 1 } })[0]).toMatch(/limits.bodySize is not a limit/)
  // @ts-expect-error the operations are what the app is
  expect(app.with({ api: router('', {}) }).operations).toHaveLength(1)
})

test('an option that the environment leaves undefined is as one that is not there', async () => {
  const url: string | undefined = process.env['NEVER_SET']
  const whatHolds = {
    settings: undefined,
    database: undefined,
    redis: url === undefined ? undefined : { name: 'redis' },
    limit: undefined,
    limits: undefined,
    overload: undefined,
    health: undefined,
    metrics: undefined,
    tracing: undefined,
    docs: undefined,
    cors: undefined,
    compression: undefined,
    frontend: undefined,
    redirectToHttps: undefined,
    securityHeaders: undefined,
    allowedHosts: undefined,
    trustedProxies: undefined,
    environment: undefined,
    logger: undefined,
    logs: undefined,
    onError: undefined,
  } satisfies Partial<AppDefinition>
  expect(problemsOf(whatHolds)).toEqual([])
  const app = createApp({ title: 'Test', version: '1.0.0', api: router('', { hello }), ...whatHolds })
  const bare = createApp({ title: 'Test', version: '1.0.0', api: router('', { hello }) })
  for (const path of ['/hello', '/docs', '/healthz', '/nowhere']) {
    const [answer, other] = await Promise.all(
      [app, bare].map((each) => each.fetch(new Request(`http://localhost${path}`))),
    )
    expect(answer?.status).toBe(other?.status)
  }
  expect(configOf(app)).toEqual(configOf(bare))
})
