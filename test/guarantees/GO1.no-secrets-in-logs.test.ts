// GO1: logs, error reports and traces never contain credentials, bodies or what is secret by type, whatever is sent, however the app's own code logs and
// throws it, and whoever writes the log.
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import type { Listening, Logger } from 'ashlar'
import { sql, type SQL } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountsApp, type AccountsApp } from '../../src/auth/accounts.fixture.ts'
import { CommandProcess } from '../../src/cli/test/command.ts'
import type { RequestObserver, RequestTrace } from '../../src/core/observation/observer.ts'
import { jsonLog } from '../../src/observe/logs/json-log.ts'
import { prettyLog } from '../../src/observe/pretty/pretty-log.ts'
import { route } from '../../src/core/route.ts'
import { anyone } from '../../src/core/access/index.ts'
import { auth as leakyAuth, CANARY, leakyApi, leakyRequests } from './leaky-api.ts'
import { rawExchange } from './raw.ts'

/** All that was written, by every way there is to write a log. */
class Outputs {
  text = ''
  readonly #write = { write: (line: string) => void (this.text += line) }
  readonly #sinks: readonly Logger[] = [
    jsonLog('debug', this.#write),
    prettyLog('debug', this.#write),
    pino({ level: 'debug' }, this.#write),
  ]

  readonly logger: Logger = {
    debug: (...line) => this.#log('debug', line),
    info: (...line) => this.#log('info', line),
    warn: (...line) => this.#log('warn', line),
    error: (...line) => this.#log('error', line),
  }

  readonly add = (given: unknown): void => {
    this.text += inspect(given, { depth: 20, maxStringLength: null })
  }

  /** What a trace is made of. */
  readonly observer: RequestObserver = {
    begin: (): RequestTrace => ({
      run: (work) => work(),
      step: (kind, name, work, fields) => {
        this.add([kind, name, fields])
        return work()
      },
      note: (...given) => this.add(given),
    }),
  }

  #log(level: 'debug' | 'info' | 'warn' | 'error', [fields, message]: Parameters<Logger['info']>): void {
    this.add(fields)
    for (const sink of this.#sinks) sink[level](fields, message)
  }
}

const outputs = new Outputs()
let fixture: AccountsApp
let running: AccountsApp['t']
let at: Listening
beforeAll(async () => {
  fixture = await accountsApp(
    {},
    {
      api: (_, db) => {
        const failing = (path: `/${string}`, statement: SQL) =>
          route.post(path, { access: anyone, uses: { tx: db.transaction }, status: 204 }, async ({ tx }) => {
            await tx.execute(statement)
          })
        const canary = `${CANARY}-sql`
        return {
          leaky: leakyApi(),
          uuid: failing('/sql/uuid', sql`select ${canary}::uuid`),
          date: failing('/sql/date', sql`select ${canary}::timestamptz`),
          column: failing('/sql/column', sql`select nowhere from users where name = ${canary}`),
          insert: failing('/sql/insert', sql`insert into users (name, email) select ${canary}, null`),
        }
      },
    },
  )
  running = await fixture.t.with({
    auth: [...leakyAuth, ...fixture.auth.authenticators],
    logger: outputs.logger,
    logs: {},
    onError: (report) => {
      outputs.add(report)
      outputs.text += String((report.error as Error).stack)
    },
    observers: [outputs.observer],
  })
  at = await running.listen()
})
afterAll(async () => {
  await running?.stop()
  await fixture?.stop()
})

/** What was written meanwhile. */
async function written(work: () => Promise<unknown>): Promise<string> {
  outputs.text = ''
  await work()
  return outputs.text
}

async function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${at.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

describe('secrets that are sent (GO1)', () => {
  test('are in no line, report or trace, though the app logs and throws them', async () => {
    const answers: string[] = []
    const text = await written(async () => {
      for (const request of leakyRequests()) answers.push((await rawExchange(at.port, request)).text.slice(9, 12))
    })
    // The operations did run, and all of them were told of.
    expect(answers.slice(0, 9)).toEqual(['500', '204', '204', '500', '204', '204', '500', '204', '204'])
    for (const sign of [
      'logged too',
      'work after the response failed',
      'upstream refused',
      'no answer',
      'Unexpected token',
    ])
      expect(text).toContain(sign)
    expect(text).toContain('/leaky/invitations/[redacted]')
    expect(linesWith(text)).toEqual([])
  })

  test('and are in none where a statement fails', async () => {
    const text = await written(async () => {
      for (const path of ['uuid', 'date', 'column', 'insert']) await post(`/sql/${path}`, {})
    })
    expect(text).toContain('nowhere')
    expect(linesWith(text)).toEqual([])
  })

  test('nor are those of accounts: passwords, tokens, cookies, links of mails', async () => {
    const password = `${CANARY} walrus carries nine lanterns`
    const email = 'leak@example.com'
    const secrets: string[] = []
    const text = await written(async () => {
      expect((await post('/auth/register', { email, password, name: 'Ada' })).status).toBe(202)
      const link = await fixture.outbox.token(email)
      await post('/auth/verify-email', { token: link, password })
      await post('/auth/login', { email, password: `${password} wrong`, delivery: 'tokens' })
      const login = await post('/auth/login', { email, password, delivery: 'tokens' })
      const tokens = (await login.json()) as { readonly accessToken: string; readonly refreshToken: string }
      const session = await post('/auth/login', { email, password, delivery: 'session' })
      const authorization = `Bearer ${tokens.accessToken}`
      await post('/auth/refresh', { refreshToken: tokens.refreshToken })
      await post('/auth/refresh', { refreshToken: `${tokens.refreshToken}x` })
      await post('/auth/password', { currentPassword: password, password: `${password} 2` }, { authorization })
      // The message that tells of the change.
      await fixture.outbox.next(email)
      await post('/auth/password/forgot', { email })
      const reset = await fixture.outbox.token(email)
      await post('/auth/password/reset', { token: reset, password: `${password} 3` })
      await post('/auth/password/reset', { token: reset, password: `${password} 4` })
      secrets.push(link, tokens.accessToken, tokens.refreshToken, reset)
      for (const cookie of session.headers.getSetCookie()) secrets.push(cookie.split(/[=;]/)[1] ?? '')
    })
    expect(text).toContain('/auth/login')
    expect(secrets.filter((secret) => secret.length < 10)).toEqual([])
    for (const secret of [CANARY, ...secrets]) expect(linesWith(text, secret)).toEqual([])
  })
})

describe.each([
  { name: 'ashlar dev, for a person', args: ['dev'], env: { LOG_FORMAT: 'pretty' } },
  { name: 'ashlar dev, for a program', args: ['dev'], env: {} },
  {
    name: 'ashlar start in production',
    args: ['start'],
    env: { NODE_ENV: 'production', ALLOWED_HOSTS: 'localhost', LOG_FORMAT: 'pretty' },
  },
])('the output of $name (GO1)', ({ args, env }) => {
  test('has no secrets', async () => {
    const file = fileURLToPath(new URL('leaky-app.ts', import.meta.url))
    await using command = new CommandProcess([...args, file], { env: { PORT: '0', HOST: '127.0.0.1', ...env } })
    const [, port] = await command.until(/http:\/\/localhost:(\d+)/)
    for (const request of leakyRequests()) await rawExchange(Number(port), request.replace(' /leaky/', ' /api/leaky/'))
    command.kill('SIGTERM')
    const { output } = await command.ended
    expect(output).toContain('/api/leaky/invitations/[redacted]')
    expect(output.split('upstream refused').length).toBeGreaterThan(3)
    expect(linesWith(output)).toEqual([])
  })
})

/** In base64 too, as `Basic` has it. */
function linesWith(text: string, secret: string = CANARY): string[] {
  const encoded = Buffer.from(`ada:${CANARY}`).toString('base64').slice(0, 16)
  return text.split('\n').filter((line) => line.includes(secret) || line.includes(encoded))
}
