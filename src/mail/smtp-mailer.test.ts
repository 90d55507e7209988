import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { Secret } from '../core/secret.ts'
import { smtpMailer, type SmtpMailer } from './smtp-mailer.ts'
import type { SmtpMailerOptions } from './smtp-options.ts'

interface Received {
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
  readonly isEncrypted: boolean
  readonly user: unknown
}

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

async function smtpServer(options: SMTPServerOptions = {}) {
  const received: Received[] = []
  const logIns: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) => {
      logIns.push(`${username}:${password}`)
      if (password === 'secret/1') done(null, { user: username })
      else done(new Error('no such user'))
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
          isEncrypted: session.secure,
          user: session.user,
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push(() => new Promise((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as AddressInfo
  return { port, received, logIns, connections: server.connections }
}

function mailerTo(port: number, options: Partial<SmtpMailerOptions> = {}): SmtpMailer {
  const mailer = smtpMailer({
    url: `smtp://app:secret%2F1@127.0.0.1:${port}`,
    from: 'The "App" <app@example.com>',
    ...options,
  })
  opened.unshift(() => mailer.close())
  return mailer
}

const message = { to: 'ada@example.com', subject: 'Grüße', text: 'Hello\n.\nWorld', html: '<p>Hello</p>' }

test('a message arrives with its sender, its subject, both bodies and the sign that no absence note is wanted', async () => {
  const server = await smtpServer()
  await mailerTo(server.port, { replyTo: 'help@example.com' }).send(message)
  expect(server.received).toMatchObject([{ from: 'app@example.com', to: ['ada@example.com'], user: 'app' }])
  const { text } = server.received[0]!
  expect(text).toMatch(/^From: "?The \\"App\\""? <app@example\.com>\r$/m)
  expect(text).toMatch(/^Subject: =\?UTF-8\?/m)
  expect(text).toMatch(/^Reply-To: help@example\.com\r$/m)
  expect(text).toMatch(/^Auto-Submitted: auto-generated\r$/m)
  expect(text).toMatch(/^Content-Type: multipart\/alternative/m)
})

test('messages share connections', async () => {
  let sessions = 0
  const server = await smtpServer({
    onConnect: (_session, done) => {
      sessions += 1
      done()
    },
  })
  const mailer = mailerTo(server.port, { maxConnections: 1 })
  for (let i = 0; i < 5; i += 1) await mailer.send({ ...message, subject: `no ${i}` })
  expect(server.received).toHaveLength(5)
  expect(sessions).toBe(1)
})

test('a closed mailer gives its connections back, and opens others with the next message', async () => {
  const server = await smtpServer()
  const mailer = mailerTo(server.port)
  await mailer.send(message)
  await mailer.close()
  await expect.poll(() => server.connections.size).toBe(0)
  await mailer.send(message)
  expect(server.received).toHaveLength(2)
})

test.each([
  ['a second recipient', { to: 'ada@example.com, eve@example.com' }],
  ['a recipient behind a name', { to: 'Ada <ada@example.com>' }],
  ['a header behind the recipient', { to: 'ada@example.com\r\nBcc: eve@example.com' }],
  ['a recipient without a domain', { to: 'ada' }],
  ['a recipient in quotes', { to: '"ada@example.com, eve"@example.com' }],
  ['a recipient with a direction sign', { to: 'ada\u202e@example.com' }],
  ['an address of 255 characters', { to: `${'a'.repeat(243)}@example.com` }],
  ['a header behind the subject', { subject: 'Hello\r\nBcc: eve@example.com' }],
  ['a bare line feed in the subject', { subject: 'Hello\nBcc: eve@example.com' }],
  ['a NUL in the subject', { subject: 'Hello\0' }],
])('%s is refused, and nothing is sent', async (_, change) => {
  const server = await smtpServer()
  await expect(mailerTo(server.port).send({ ...message, ...change })).rejects.toThrow(TypeError)
  expect(server.received).toEqual([])
  expect(server.logIns).toEqual([])
})

test('a server without TLS gets neither the password nor the message', async () => {
  const server = await smtpServer()
  const mailer = mailerTo(server.port, { requireTls: true })
  await expect(mailer.send(message)).rejects.toMatchObject({ code: 'ETLS' })
  expect(server.logIns).toEqual([])
  expect(server.received).toEqual([])
})

test('a certificate that nobody vouches for gets neither the password nor the message', async () => {
  const server = await smtpServer({ disabledCommands: [] })
  await expect(mailerTo(server.port, { requireTls: true }).send(message)).rejects.toMatchObject({ code: 'ESOCKET' })
  expect(server.logIns).toEqual([])
  expect(server.received).toEqual([])
})

test('TLS is asked for of every server but one on this machine', async () => {
  const { smtpSettings } = await import('./smtp-options.ts')
  const requireTls = (host: string): boolean => smtpSettings({ host, from: 'app@example.com' }).requireTls
  expect(['localhost', '127.0.0.1', '::1'].map(requireTls)).toEqual([false, false, false])
  expect(['mail.example.com', 'localhost.example.com', '10.0.0.1'].map(requireTls)).toEqual([true, true, true])
})

test('with verify the start fails where the server does not take the credentials, and else it says nothing', async () => {
  const server = await smtpServer()
  const wrong = { url: `smtp://app:wrong@127.0.0.1:${server.port}`, verify: true }
  await expect(mailerTo(server.port, wrong).start()).rejects.toMatchObject({ responseCode: 535 })
  await expect(mailerTo(server.port, { ...wrong, verify: false }).start()).resolves.toBeUndefined()
  await expect(mailerTo(server.port, { verify: true }).start()).resolves.toBeUndefined()
  expect(server.received).toEqual([])
})

test('what the server refuses is told, and the next message goes out', async () => {
  const server = await smtpServer({
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('gone') ? new Error('no mailbox') : null),
  })
  const mailer = mailerTo(server.port)
  await expect(mailer.send({ ...message, to: 'gone@example.com' })).rejects.toMatchObject({ responseCode: 550 })
  await mailer.send(message)
  expect(server.received).toHaveLength(1)
})

const from = 'app@example.com'
test.each([
  ['no server', { from }],
  ['two servers', { from, url: 'smtp://a.example', host: 'b.example' }],
  ['a URL of something else', { from, url: 'https://a.example' }],
  ['a URL with a query', { from, url: 'smtp://a.example?tls.rejectUnauthorized=false' }],
  ['a sender that is no address', { from: 'The App', host: 'a.example' }],
  ['a sender with a header behind it', { from: 'App\r\nBcc: x <app@example.com>', host: 'a.example' }],
  ['two senders', { from: 'app@example.com, b@example.com', host: 'a.example' }],
  ['an answer address that is none', { from, replyTo: '@', host: 'a.example' }],
])('%s is an error where the mailer is declared, which shows no password', (_, options) => {
  expect(() => smtpMailer(options)).toThrow(/^smtpMailer\(\{ \w+ \}\)/)
})

test('a URL says host, port, credentials and TLS, and an error of it does not show them', async () => {
  const { smtpSettings } = await import('./smtp-options.ts')
  expect(smtpSettings({ url: 'smtps://a%40b:p%3Aw@mail.example.com', from })).toMatchObject({
    host: 'mail.example.com',
    port: 465,
    secure: true,
    auth: { user: 'a@b', pass: 'p:w' },
  })
  expect(smtpSettings({ url: 'smtp://[::1]:2525', from })).toMatchObject({ host: '::1', port: 2525, secure: false })
  expect(smtpSettings({ url: new Secret('smtp://a.example'), from })).toMatchObject({ host: 'a.example' })
  expect(() => smtpSettings({ url: 'smtp://u:hunter2@a.example/path', from })).toThrow(
    expect.not.stringContaining('hunter2'),
  )
})
