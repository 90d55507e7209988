import { expect, test } from 'vitest'
import { z } from 'zod'
import { anyone, authenticated } from '../core/access/index.ts'
import { NotFound, Unavailable } from '../core/errors/index.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { bearer } from '../auth/index.ts'
import type { ErrorReport } from '../observe/reports/error-report.ts'
import { keptLines } from '../observe/kept-lines.fixture.ts'
import type { AppDefinition } from './definition.ts'
import { mount } from './mount.ts'
import { get, serving } from './serving.fixture.ts'

const broken = new Error('a bug')
const auth = [bearer({ verify: () => ({ id: 'ada' }) })]

const api = router('/api', {
  fails: route.post('/fails/:token', { access: authenticated, body: z.object({ a: z.string() }) }, () => {
    throw broken
  }),
  later: route.get('/later', { access: anyone }, ({ after }) => {
    after(() => {
      throw broken
    })
  }),
  missing: route.get('/missing', { access: anyone }, () => {
    throw new NotFound()
  }),
  busy: route.get('/busy', { access: anyone }, () => {
    throw new Unavailable()
  }),
  logged: route.get('/logged', { access: anyone }, ({ log }) => {
    log.error({ err: broken }, 'the charge will be tried again')
    log.error({}, 'no error, only a line')
  }),
})

const mounts = [
  mount('/stream', {
    access: anyone,
    fetch: () => new Response(new ReadableStream({ pull: (controller) => controller.error(broken) })),
  }),
]

const POST =
  'POST /api/fails/canary?q=canary HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer canary\r\n' +
  'content-type: application/json\r\ncontent-length: 14\r\n\r\n{"a":"canary"}'

async function reportsOf(requests: readonly string[], changes: Partial<AppDefinition> = {}): Promise<ErrorReport[]> {
  const reports: ErrorReport[] = []
  await using t = await serving(api, { auth, onError: (report) => reports.push(report), ...changes })
  for (const request of requests) await t.send(request)
  return reports
}

test.each([{ logs: {} }, { logs: false as const }, {}])(
  'an error that nobody has foreseen is reported with where it happened, and with nothing that was sent: %o',
  async (changes) => {
    const [report, ...others] = await reportsOf([POST], changes)
    expect(report).toEqual({
      error: broken,
      message: 'the operation failed',
      requestId: expect.stringMatching(/\S/) as string,
      operation: 'fails',
      method: 'POST',
      path: '/api/fails/[redacted]',
      userId: 'ada',
    })
    expect(others).toEqual([])
  },
)

test('so is what fails after the answer, and an error that the app logs as one', async () => {
  const reports = await reportsOf([get('/api/later'), get('/stream'), get('/api/logged')], { mounts })
  expect(reports.map(({ message, operation, error }) => [message, operation, error])).toEqual([
    ['work after the response failed', 'later', broken],
    ['the stream of a response failed', undefined, broken],
    ['the charge will be tried again', 'logged', broken],
  ])
})

test('answers that somebody meant are not reported, nor is being busy', async () => {
  expect(await reportsOf([get('/api/missing'), get('/api/busy'), get('/nowhere'), get('/api/fails/x')])).toEqual([])
})

test.each([
  ['throws', () => fail()],
  ['rejects', () => Promise.reject(new Error('the reporter is down'))],
])('where the hook %s, that is logged, and harms nothing', async (_, onError) => {
  const { lines, logger } = keptLines()
  await using t = await serving(api, { auth, logger, onError })
  expect(await t.send(POST)).toMatch(/^HTTP\/1.1 500/)
  await t.app.stop()
  expect(lines.map(({ msg }) => msg)).toEqual(['the operation failed', 'onError failed'])
})

test('reports that nobody takes are bounded, and the log says so once', async () => {
  const { lines, logger } = keptLines()
  const held = Promise.withResolvers<void>()
  let begun = 0
  await using t = await serving(api, {
    auth,
    logger,
    onError: () => {
      begun += 1
      return held.promise
    },
  })
  for (let i = 0; i < 120; i++) await t.app.fetch(new Request('http://localhost/api/logged'))
  expect(begun).toBe(100)
  expect(lines.filter(({ level }) => level === 'warn')).toEqual([
    { level: 'warn', msg: 'error reports are left out', dropped: 1, inFlight: 100 },
  ])
  held.resolve()
})

test('a stop waits for reports on their way', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let sent = false
  await using t = await serving(api, {
    auth,
    onError: async () => {
      await promise
      sent = true
    },
  })
  await t.send(POST)
  const stopped = t.app.stop()
  resolve()
  await stopped
  expect(sent).toBe(true)
})

function fail(): never {
  throw new Error('the reporter is down')
}
