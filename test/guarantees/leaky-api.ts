import { Secret, currentRequest, dependency, route, router, secret } from 'ashlar'
import { anyone, authenticated, type AccessRule } from 'ashlar/access'
import { apiKey, basic, bearer } from 'ashlar/auth'
import { currentLog } from 'ashlar/http'
import { z } from 'zod'

/** Begins every secret that is sent. */
export const CANARY = 'canary4711'

export const auth = [
  bearer({ verify: (token) => (token === `${CANARY}-bearer` ? { id: 'ada' } : undefined) }),
  basic({
    realm: 'Leaky',
    verify: (_, password) => (password === `${CANARY}-basic-password` ? { id: 'ada' } : undefined),
  }),
  apiKey({
    in: 'header',
    name: 'x-webhook-key',
    verify: (key) => (key === `${CANARY}-api-key` ? { id: 'ada' } : undefined),
  }),
]

const Login = z.object({ email: z.string(), password: z.string().min(3), note: secret(z.string()).optional() })
const Deep = z.object({ a: z.string().min(10_000) })

/** Repeats what it can in its errors, as code does that nobody has looked at. */
const nosy = dependency({ name: 'nosy', uses: { head: currentRequest } }, ({ head: request }) => ({
  all: () => [request.header('authorization'), request.header('x-webhook-key'), request.header('cookie')].join(' '),
}))

/** Operations that do what they can to get secrets into the log. */
export function leakyApi(access: AccessRule = authenticated) {
  return router('/leaky', {
    logs: route.post('/logs', { access, body: Login, status: 204 }, ({ body, log, request }) => {
      const headers = Object.fromEntries(
        ['authorization', 'cookie', 'x-webhook-key', 'idempotency-key'].map((name) => [name, request.header(name)]),
      )
      log.info({ headers, login: { password: body.password } }, 'logged')
      currentLog()?.warn({ key: new Secret(body.password), deep: [{ refreshToken: body.password }] }, 'logged too')
      log.error({ err: new Error('refused', { cause: Object.assign(new Error('why'), { config: { headers } }) }) })
    }),
    form: route.post('/form', { access: anyone, form: Login, status: 204 }, () => undefined),
    throws: route.get('/throws', { access, uses: { nosy } }, ({ nosy: { all } }) => {
      throw new Error(`upstream refused ${all()}`)
    }),
    later: route.get('/later', { access, uses: { nosy }, status: 204 }, ({ nosy: { all }, after }) => {
      after(() => {
        throw new Error(`later refused ${all()}`)
      })
    }),
    zod: route.post('/zod', { access: anyone, body: Login, status: 204 }, ({ body }) => {
      Deep.parse({ a: body.password }, { reportInput: true })
    }),
    parses: route.post('/parses', { access: anyone, body: Login, status: 204 }, ({ body }) => {
      JSON.parse(`${body.password} {`)
    }),
    fetches: route.post('/fetches', { access: anyone, body: Login, status: 204 }, async ({ body }) => {
      await fetch(`http://ada:${body.password}@127.0.0.1:1/`).catch(() => {
        throw new Error('no answer', { cause: new TypeError(`fetch failed: http://ada:${body.password}@127.0.0.1:1/`) })
      })
    }),
    invited: route.get('/invitations/:token', { access: anyone, status: 204 }, () => {
      throw new Error('no invitations today')
    }),
  })
}

const json = (password: string): string => JSON.stringify({ email: 'a@b.test', password, note: `${CANARY}-note` })

/** Requests with a secret in everything that can have one. */
export function leakyRequests(): readonly string[] {
  const credentials = [
    [`authorization: Bearer ${CANARY}-bearer`],
    [`authorization: Basic ${Buffer.from(`ada:${CANARY}-basic-password`).toString('base64')}`],
    [`x-webhook-key: ${CANARY}-api-key`],
  ].map((lines) => [
    ...lines,
    `cookie: session=${CANARY}-cookie; other=${CANARY}-other`,
    `idempotency-key: ${CANARY}-key`,
  ])
  const known = credentials.flatMap((headers) => [
    ask('GET', `/leaky/throws?q=${CANARY}-query`, headers),
    ask('GET', `/leaky/later?token=${CANARY}-query`, headers),
    ask('POST', '/leaky/logs', headers, json(`${CANARY}-json`)),
  ])
  const strangers = [`authorization: Bearer ${CANARY}-unknown`, `x-api-key: ${CANARY}-unknown`]
  return [
    ...known,
    ask('GET', '/leaky/throws', strangers),
    ask('GET', `/leaky/invitations/${CANARY}-path?q=${CANARY}-query`, []),
    ask('POST', '/leaky/zod', [], json(`${CANARY}-json`)),
    ask('POST', '/leaky/parses', [], json(`${CANARY}-json`)),
    ask('POST', '/leaky/fetches', [], json(`${CANARY}-json`)),
    ask('POST', '/leaky/zod', [], `{"password": "${CANARY}-broken`),
    ask('POST', '/leaky/zod', [], JSON.stringify({ password: [`${CANARY}-wrong-type`], [`${CANARY}-key`]: 1 })),
    ask('POST', '/leaky/form', [FORM], `email=a&password=${CANARY}-form&note=${CANARY}-form`),
    ask('POST', '/leaky/form', [FORM], `password=x&password=${CANARY}-form`),
    ask('POST', '/leaky/zod', ['content-type: text/csv'], `${CANARY}-csv`),
    ask('GET', '/leaky/throws', [`authorization: Bearer ${CANARY}-one`, `authorization: Bearer ${CANARY}-two`]),
    ask('GET', '/leaky/throws', ['host: other', `cookie: a=${CANARY}-refused`]),
    ask('GET', `/leaky/%ZZ?token=${CANARY}-query`, strangers),
  ]
}

const FORM = 'content-type: application/x-www-form-urlencoded'

function ask(method: string, target: string, headers: readonly string[], body = ''): string {
  const typed = body === '' || headers.some((header) => header.startsWith('content-type'))
  const lines = [`${method} ${target} HTTP/1.1`, 'host: localhost', 'connection: close', ...headers]
  if (!typed) lines.push('content-type: application/json')
  if (body !== '') lines.push(`content-length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
