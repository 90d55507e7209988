import { expect, test } from 'vitest'
import { z } from 'zod'
import { anyone, authenticated } from '../core/access/index.ts'
import { defineError, NotFound, Unavailable } from '../core/errors/index.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { secret } from '../schema/index.ts'
import { bearer } from '../auth/index.ts'
import { currentLog } from '../http/kernel.ts'
import { keptLines, type KeptLine } from '../observe/kept-lines.fixture.ts'
import { createApp } from './create-app.ts'
import type { AppDefinition } from './definition.ts'
import { mount } from './mount.ts'
import { get, serving } from './serving.fixture.ts'

const auth = [bearer({ verify: (token) => (token === 'good' ? { id: 'ada' } : undefined) })]
const broken = new TypeError('a bug')
const BadGateway = defineError({ code: 'bad_gateway', status: 502, title: 'Bad gateway' })

const api = router('/api', {
  read: route.get('/posts/:id', { access: anyone, response: z.string() }, ({ params }) => params.id),
  mine: route.get('/mine', { access: authenticated, response: z.string() }, ({ log, user }) => {
    log.info({ step: 1 }, 'own')
    currentLog()?.warn({}, 'current')
    return String(user.id)
  }),
  missing: route.get('/missing', { access: anyone }, () => {
    throw new NotFound()
  }),
  fails: route.get('/fails', { access: anyone }, () => {
    throw broken
  }),
  upstream: route.get('/upstream', { access: anyone }, () => {
    throw new BadGateway('no answer', { cause: broken })
  }),
  busy: route.get('/busy', { access: anyone }, () => {
    throw new Unavailable()
  }),
  invited: route.get(
    '/invitations/:token/:code',
    { access: anyone, params: z.object({ token: z.string(), code: secret(z.string()) }) },
    () => undefined,
  ),
})

/** The lines of requests for these targets, each on a connection of its own. */
async function linesOf(targets: readonly string[], changes: Partial<AppDefinition> = {}): Promise<KeptLine[]> {
  const { lines, logger } = keptLines()
  await using t = await serving(api, { auth, logger, logs: {}, ...changes })
  for (const target of targets) await t.send(target.includes('\n') ? target : get(target))
  return lines
}

test('a request is one line: what was asked, how it ended, by whom; the query is not in it', async () => {
  const mine = get('/api/mine').replace('\r\n\r\n', '\r\nauthorization: Bearer good\r\n\r\n')
  const [read, own, current, authed] = await linesOf(['/api/posts/42?q=1', mine])
  expect(read).toEqual({
    level: 'info',
    msg: 'request',
    requestId: expect.stringMatching(/\S/) as string,
    method: 'GET',
    path: '/api/posts/42',
    operation: 'read',
    status: 200,
    durationMs: expect.any(Number) as number,
    address: '127.0.0.1',
  })
  expect(authed).toMatchObject({ operation: 'mine', status: 200, userId: 'ada' })
  const of = { requestId: authed!['requestId'], operation: 'mine', userId: 'ada' }
  expect(own).toEqual({ level: 'info', msg: 'own', step: 1, ...of })
  expect(current).toEqual({ level: 'warn', msg: 'current', ...of })
})

test('what the client did wrong is no warning, and its code says what it was', async () => {
  const lines = await linesOf(['/api/missing', '/nowhere', '/api/mine', 'GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n'])
  expect(lines.map(({ level, status, error, msg }) => [level, status, error, msg])).toEqual([
    ['info', 404, 'not_found', 'request'],
    ['info', 404, 'not_found', 'request'],
    ['info', 401, 'unauthenticated', 'request'],
    ['info', 400, 'bad_request', 'request refused'],
  ])
})

test('a failure is one line with its error; what asks to come back is a warning without a stack', async () => {
  const lines = await linesOf(['/api/fails', '/api/upstream', '/api/busy'])
  expect(lines.map(({ level, msg, status, error, err }) => ({ level, msg, status, error, err }))).toEqual([
    { level: 'error', msg: 'the operation failed', status: 500, error: undefined, err: broken },
    {
      level: 'error',
      msg: 'bad_gateway',
      status: 502,
      error: 'bad_gateway',
      err: expect.objectContaining({ code: 'bad_gateway', cause: broken }) as unknown,
    },
    { level: 'warn', msg: 'unavailable', status: 503, error: 'unavailable', err: undefined },
  ])
})

test('without lines of requests the errors are logged all the same', async () => {
  const lines = await linesOf(['/api/posts/1', '/api/fails', '/api/missing'], { logs: false })
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'error',
      msg: 'the operation failed',
      err: broken,
      path: '/api/fails',
      operation: 'fails',
    }),
  ])
})

test('in tests there are none unless they are asked for', async () => {
  const { lines, logger } = keptLines()
  await using t = await serving(api, { auth, logger })
  await t.send(get('/api/posts/1'))
  expect(lines).toEqual([])
})

test('which lines are written can be chosen; failures and slow operations always are', async () => {
  const chosen: unknown[] = []
  const lines = await linesOf(['/api/posts/1', '/api/missing', '/api/fails'], {
    logs: {
      requests: ({ status, operation }) => {
        chosen.push(operation)
        return status === 404
      },
    },
  })
  expect(chosen).toEqual(['read', 'missing'])
  expect(lines.map(({ status }) => status)).toEqual([404, 500])
  const slow = await linesOf(['/api/posts/1'], { logs: { requests: () => false, slowMs: Number.MIN_VALUE } })
  expect(slow).toEqual([expect.objectContaining({ level: 'warn', msg: 'slow operation', operation: 'read' })])
})

test('in development the line of a slow operation says where the time went', async () => {
  const [line] = await linesOf(['/api/posts/1'], { environment: 'development', logs: { slowMs: Number.MIN_VALUE } })
  expect(line!['steps']).toEqual([{ step: 'handler read', durationMs: expect.any(Number) as number }])
})

test('values in paths that are secret by name or by schema are left out, of mounted apps too', async () => {
  const inner = createApp({ title: 'Inner', version: '1', environment: 'test', auth, api })
  const mounts = [mount('/v2', inner)]
  const lines = await linesOf(['/api/invitations/canary/canary', '/v2/api/invitations/canary/canary'], { mounts })
  expect(lines.map(({ path, operation }) => [path, operation])).toEqual([
    ['/api/invitations/[redacted]/[redacted]', 'invited'],
    ['/v2/api/invitations/[redacted]/[redacted]', 'invited'],
  ])
})

test('a failure in a mounted app is told once, by the line of the request', async () => {
  const kept = keptLines()
  const inner = createApp({ title: 'Inner', version: '1', environment: 'test', auth, api, logger: kept.logger })
  const lines = await linesOf(['/v2/api/fails'], { mounts: [mount('/v2', inner)] })
  expect(lines).toEqual([expect.objectContaining({ level: 'error', status: 500, err: broken, path: '/v2/api/fails' })])
  expect(kept.lines).toEqual([])
})

test('fields can be left out of every line', async () => {
  const [line] = await linesOf(['/api/posts/1'], { logs: { redact: ['address'] } })
  expect(line).toMatchObject({ address: '[redacted]', path: '/api/posts/1' })
})

test('probes that succeed are no lines', async () => {
  expect(await linesOf(['/healthz', '/readyz'])).toEqual([])
})

test('options that are none are refused at start', () => {
  const make = (changes: Partial<AppDefinition>) => () => createApp({ title: 'T', version: '1', api, auth, ...changes })
  expect(make({ logs: { slowMs: 0 } })).toThrow('logs.slowMs must be more than 0 milliseconds; it is 0.')
  expect(make({ logs: { level: 'loud' as 'info' } })).toThrow(/^logs.level must be one of debug, info/)
  expect(make({ logs: { level: 'warn' }, logger: keptLines().logger })).toThrow(/give the level to your own `logger`/)
})

test('a line that has a text in the place of its fields, as JavaScript may write it, fails no request', async () => {
  const loose = router('/api', {
    text: route.get('/text', { access: anyone }, ({ log }) => {
      log.info('the kettle is on' as never)
      log.error(undefined as never, 'nothing')
    }),
  })
  const { lines, logger } = keptLines()
  await using t = await serving(loose, { logger })
  expect(await t.send(get('/api/text'))).toMatch(/^HTTP\/1.1 204/)
  expect(lines.map(({ msg }) => msg)).toEqual(['the kettle is on', 'nothing'])
})
