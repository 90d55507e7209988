import { afterEach, expect, test, vi } from 'vitest'
import { dependency } from '../../core/dependency.ts'
import type { Mailer } from '../../mail/mailer.ts'
import { mailbox } from '../../testing/mailbox.ts'
import { countingApp } from '../core/counting-app.fixture.ts'
import type { AccountsOptions } from '../core/options.ts'

const ended: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const end of ended.splice(0)) await end()
})

async function posting(options: Partial<AccountsOptions> = {}) {
  const outbox = mailbox()
  const { t, origin } = await countingApp({ mailer: outbox, appName: 'Notes', ...options })
  ended.push(() => t.stop())
  const post = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
    t.fetch('/post', { method: 'POST', json: { to: 'ada@example.com', token: 'a/b+c', ...body }, headers })
  return { t, origin, outbox, post }
}

test('a message is sent when the operation has succeeded, with a link below the origin', async () => {
  const { outbox, origin, post } = await posting()
  expect((await post({})).status).toBe(204)
  expect(outbox.messages).toHaveLength(1)
  expect(outbox.last('ADA@example.com')).toMatchObject({
    to: 'ada@example.com',
    subject: 'Reset your password for Notes',
  })
  expect(outbox.messages[0]!.text).toContain(`\n${origin}/reset-password?token=a%2Fb%2Bc\n`)
})

test('an operation that fails sends nothing', async () => {
  const { outbox, post } = await posting()
  expect((await post({ fails: true })).status).toBe(403)
  expect(outbox.messages).toEqual([])
})

test('no header of the request is in a link (GA15)', async () => {
  const { t, outbox } = await posting()
  const { url } = await t.listen()
  const spoofed = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', origin: 'http://evil.example' }
  const headers = { 'content-type': 'application/json', ...spoofed }
  const body = JSON.stringify({ to: 'ada@example.com', token: 'x' })
  await fetch(`${url}/post`, { method: 'POST', headers, body })
  expect(outbox.messages).toHaveLength(1)
  expect(JSON.stringify(outbox.messages)).not.toContain('evil.example')
})

test('the response does not wait for the mailer, and the stop does', async () => {
  const taken = Promise.withResolvers<void>()
  const events: string[] = []
  const mailer: Mailer = {
    start: () => void events.push('start'),
    send: async () => {
      await taken.promise
      events.push('sent')
    },
    close: () => void events.push('close'),
  }
  const { t, post } = await posting({ mailer })
  expect((await post({})).status).toBe(204)
  expect(events).toEqual(['start'])
  const stopped = t.app.stop()
  taken.resolve()
  await stopped
  expect(events).toEqual(['start', 'sent', 'close'])
})

test('messages may be in words of the app', async () => {
  const { outbox, origin, post } = await posting({
    links: { 'reset-password': 'https://www.example.com/reset#{token}' },
    mailTemplates: {
      'reset-password': (data) => ({ subject: 'Neues Passwort', text: JSON.stringify(data) }),
    },
  })
  await post({})
  const [message] = outbox.messages
  expect(message).toMatchObject({ to: 'ada@example.com', subject: 'Neues Passwort' })
  expect(JSON.parse(message!.text)).toEqual({
    to: 'ada@example.com',
    appName: 'Notes',
    origin,
    link: 'https://www.example.com/reset#a%2Fb%2Bc',
    token: 'a/b+c',
    details: {},
  })
})

test('a mailer may be a dependency of the app, and not of a request', async () => {
  const other = mailbox()
  const { post } = await posting({ mailer: dependency({ name: 'mailer', scope: 'app' }, () => other) })
  await post({})
  expect(other.messages).toHaveLength(1)
  const ofRequest = dependency({ name: 'mailer' }, () => other)
  await expect(countingApp({ mailer: ofRequest })).rejects.toThrow(/"mailer" must have scope: 'app'/)
})

test('in production an app does not start without a mailer, and is told what to write', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  await expect(countingApp()).rejects.toThrow(/smtpMailer\(\{ url/)
})

test('a mailer that cannot start stops the start', async () => {
  const mailer: Mailer = { send: () => Promise.resolve(), start: () => Promise.reject(new Error('no such server')) }
  await expect(countingApp({ mailer })).rejects.toThrow('no such server')
})
