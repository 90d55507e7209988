import { Agent, request } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { accountsApp, PASSWORD } from '../../src/auth/accounts.fixture.ts'

const ORIGIN = 'https://app.example.com'
const app = await accountsApp({ origin: ORIGIN })
const proxied = await accountsApp({
  origin: ORIGIN,
  links: { 'reset-password': 'https://www.example.com/reset#{token}' },
})
const served = await proxied.t.with({
  trustedProxies: ['127.0.0.1'],
  allowedHosts: ['*.evil.example', 'app.example.com'],
})
const { url } = await served.listen()
afterAll(async () => {
  await app.stop()
  await proxied.stop()
})

const agent = new Agent()
/** As a client that writes its own headers, which `fetch` does not let one do. */
function send(path: string, json: unknown, headers: Readonly<Record<string, string>>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const sent = request(new URL(path, url), {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', ...headers },
  })
  sent.on('response', (response) => {
    response.resume().on('end', () => resolve(response.statusCode ?? 0))
  })
  sent.on('error', reject)
  sent.end(JSON.stringify(json))
  return promise
}

const linksIn = (text: string) => [...text.matchAll(/https?:\/\/[^\s"<>)]+/g)].map(([link]) => new URL(link))

test.for([
  { host: 'a.evil.example' },
  { host: 'app.example.com', 'x-forwarded-host': 'a.evil.example' },
  { host: 'app.example.com', 'x-forwarded-host': 'a.evil.example', 'x-forwarded-proto': 'http' },
  { host: 'app.example.com', forwarded: 'host=a.evil.example;proto=http' },
  { host: 'app.example.com', origin: 'https://a.evil.example', referer: 'https://a.evil.example/reset' },
])('links lead to the configured origin, whatever a request says: %o', async (headers) => {
  const email = `${Math.random().toString(36).slice(2)}@example.com`
  expect(await send('/auth/register', { email, password: PASSWORD, name: 'Ada' }, headers)).toBe(202)
  const message = await proxied.outbox.next(email)
  const links = linksIn(message.text)
  expect(links.length).toBeGreaterThan(0)
  expect(links.map(({ origin }) => origin)).toEqual(links.map(() => ORIGIN))
  expect(`${message.text}${message.html ?? ''}${message.subject}`).not.toContain('evil')
})

test('a page of the front end may be elsewhere, where the options say so and nowhere else', async () => {
  const { email } = await proxied.register()
  const status = await send(
    '/auth/password/forgot',
    { email },
    { host: 'a.evil.example', 'x-forwarded-host': 'b.evil.example' },
  )
  expect(status).toBe(202)
  const { text } = await proxied.outbox.next(email)
  const [link] = linksIn(text)
  expect(link!.href).toMatch(/^https:\/\/www\.example\.com\/reset#[A-Za-z0-9_-]{43}$/)
})

test.for(['/reset?token={token}', 'https://app.example.com/x{token}'])('a link of the options: %s', async (link) => {
  const own = await accountsApp({ origin: ORIGIN, links: { 'reset-password': link } })
  try {
    const { email } = await own.register()
    await own.post('/auth/password/forgot', { email })
    const { text } = await own.outbox.next(email)
    expect(linksIn(text)[0]!.origin).toBe(ORIGIN)
  } finally {
    await own.stop()
  }
})

test.for(['javascript:alert({token})', '//evil.example/{token}', 'https://user:secret@example.com/{token}', '/reset'])(
  'a link that is none is refused at start: %s',
  async (link) => {
    await expect(accountsApp({ links: { 'reset-password': link } })).rejects.toThrow(TypeError)
  },
)

test('names that are put in a message stay text', async () => {
  const email = 'quoted@example.com'
  const name = '<a href="https://evil.example">click</a>'
  await app.post('/auth/register', { email, password: PASSWORD, name })
  const { html = '' } = await app.outbox.next(email)
  expect(html).not.toContain('<a href="https://evil.example"')
})
