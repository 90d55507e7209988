import { randomBytes } from 'node:crypto'
import type { Listening } from 'ashlar'
import { sql } from 'drizzle-orm'
import { redis as redisPart } from 'ashlar/redis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountsApp, PASSWORD, type AccountsApp } from '../../src/auth/accounts.fixture.ts'

const { REDIS_URL } = process.env
const WRONG = 'this is not the password'

describe.each(['postgres', ...(REDIS_URL === undefined ? [] : ['redis'])])(
  'attempts counted with %s (GA4)',
  (store) => {
    const host = `${randomBytes(8).toString('hex')}.example.com`
    let app: AccountsApp
    let instances: Instance[]
    beforeAll(async () => {
      const attempts = store === 'redis' ? { redis: redisPart({ url: REDIS_URL! }) } : {}
      // An origin of its own: the counters of other runs in the same Redis are not these.
      app = await accountsApp({ attempts, origin: `https://${host}`, register: { verification: 'none' } })
      instances = [await instance(app), await instance(app)]
    })
    afterAll(() => app?.stop())

    const at = (i: number): Instance => instances[i % instances.length]!

    test('a thousand addresses of one /64, in every way to write them, are one network', async () => {
      const answered: number[] = []
      for (let i = 0; i < 1_000; i += 1) {
        const from = addressIn('2001:db8:4:64', i)
        answered.push((await at(i).logIn({ email: `nobody${i}@example.com`, password: WRONG }, from)).status)
      }
      expect(answered.slice(0, 20)).toEqual(Array(20).fill(401))
      expect(new Set(answered.slice(20))).toEqual(new Set([429]))
      const next = await at(0).logIn({ email: 'nobody@example.com', password: WRONG }, '2001:db8:4:65::1')
      expect(next.status).toBe(401)
    })

    test('an IPv4 address is one network, mapped into IPv6 too', async () => {
      const forms = ['198.51.100.4', '::ffff:198.51.100.4', '::FFFF:C633:6404', '0:0:0:0:0:ffff:198.51.100.4']
      const answered: number[] = []
      for (let i = 0; i < 24; i += 1)
        answered.push((await at(i).logIn({ email: `none${i}@example.com`, password: WRONG }, forms[i % 4]!)).status)
      expect(answered).toEqual([...Array(20).fill(401), ...Array(4).fill(429)])
      expect((await at(0).logIn({ email: 'x@example.com', password: WRONG }, '198.51.100.5')).status).toBe(401)
    })

    test('an account has five, from wherever they come, however it is written, whatever else the body says', async () => {
      const { email } = await registered(app, 'nick@example.com')
      // The Kelvin sign is the letter K in NFC.
      const forms = [email, email.toUpperCase(), ` ${email} `, email.replace('k', '\u212a')]
      const guess = (i: number, password: string) =>
        at(i).logIn({ [i % 2 === 0 ? 'login' : 'email']: forms[i % 4], password, ...undeclared() }, anyAddress())
      for (let i = 0; i < 5; i += 1) expect((await guess(i, WRONG)).status).toBe(401)
      for (let i = 0; i < 8; i += 1) {
        const refused = await guess(i, PASSWORD)
        expect(refused.status).toBe(429)
        expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d{0,2}$/)
        expect(refused.headers.get('ratelimit-policy')).toBe('"account";q=5;w=900')
      }
    })

    test('a field that the account is not taken from makes no other account of it', async () => {
      const { email } = await registered(app)
      for (let i = 0; i < 10; i += 1) {
        const both = { login: email, email: `other${i}@example.com`, password: WRONG }
        expect((await at(i).logIn(both, anyAddress())).status).toBe(422)
      }
      for (let i = 0; i < 5; i += 1)
        expect((await at(i).logIn({ login: email, password: WRONG, ...undeclared() }, anyAddress())).status).toBe(401)
      expect((await at(0).logIn({ login: email, password: WRONG, ...undeclared() }, anyAddress())).status).toBe(429)
    })

    test('every door to the password has the same five', async () => {
      const { email } = await registered(app)
      for (let i = 0; i < 3; i += 1) await at(i).logIn({ email, password: WRONG }, anyAddress())
      const form = (password: string) =>
        at(0).send(
          '/auth/token',
          new URLSearchParams({ grant_type: 'password', username: email, password }),
          anyAddress(),
        )
      expect((await form(WRONG)).status).toBe(400)
      expect((await form(WRONG)).status).toBe(400)
      expect((await form(PASSWORD)).status).toBe(429)
      expect((await at(1).logIn({ email, password: PASSWORD }, anyAddress())).status).toBe(429)
    })

    test('an account that is not there has as many as one that is', async () => {
      const { email } = await registered(app)
      for (const account of [email, 'nobody-at-all@example.com']) {
        const answered: unknown[] = []
        for (let i = 0; i < 6; i += 1) {
          const { status } = await at(i).logIn({ email: account, password: WRONG }, anyAddress())
          answered.push(status)
        }
        expect(answered).toEqual([401, 401, 401, 401, 401, 429])
      }
    })

    test('fifty guesses at once, at two instances, are five', async () => {
      const { email } = await registered(app)
      const all = await Promise.all(
        Array.from({ length: 50 }, (_, i) => at(i).logIn({ email, password: WRONG }, anyAddress())),
      )
      expect(all.filter(({ status }) => status === 429)).toHaveLength(45)
    })

    test('after a log-in the account begins anew', async () => {
      const { email } = await registered(app)
      for (let round = 0; round < 3; round += 1) {
        for (let i = 0; i < 4; i += 1)
          expect((await at(i).logIn({ email, password: WRONG }, anyAddress())).status).toBe(401)
        expect((await at(round).logIn({ email, password: PASSWORD }, anyAddress())).status).toBe(200)
      }
    })

    test('a restart forgets none, and the window ends', async () => {
      const { email } = await registered(app)
      const from = '203.0.113.77'
      for (let i = 0; i < 5; i += 1) await at(i).logIn({ email, password: WRONG }, from)
      for (const each of instances) await each.stop()
      instances = [await instance(app)]
      expect((await at(0).logIn({ email, password: PASSWORD }, anyAddress())).status).toBe(429)
      const others: number[] = []
      for (let i = 0; i < 16; i += 1)
        others.push((await at(0).logIn({ email: `late${i}@example.com`, password: WRONG }, from)).status)
      expect(others).toEqual([...Array(15).fill(401), 429])
      await app.t.run({ drizzle: app.db.drizzle }, ({ drizzle }) =>
        drizzle.execute(sql`UPDATE auth_limits SET expire = 0`),
      )
      expect((await at(0).logIn({ email, password: PASSWORD }, anyAddress())).status).toBe(200)
    })

    test.skipIf(store !== 'redis')('a Redis that is flushed gives no account more guesses', async () => {
      const { email } = await registered(app)
      for (let i = 0; i < 5; i += 1) await at(i).logIn({ email, password: WRONG }, anyAddress())
      const redis = await createClient({ url: REDIS_URL! }).connect()
      const keys = await redis.keys(`*${host}*`)
      expect(keys.length).toBeGreaterThan(0)
      // What FLUSHALL does to this app; the server is others' as well.
      await redis.del(keys)
      redis.destroy()
      expect((await at(0).logIn({ email, password: PASSWORD }, anyAddress())).status).toBe(429)
    })
  },
)

interface Instance {
  send(path: string, body: URLSearchParams | string, from: string): Promise<Response>
  logIn(body: object, from: string): Promise<Response>
  stop(): Promise<void>
}

/** One more process' worth of the app on the same database, reached by a socket, behind a proxy that says who calls. */
async function instance({ t }: AccountsApp): Promise<Instance> {
  const own = await t.with({ trustedProxies: ['loopback'] })
  const { url }: Listening = await own.listen()
  const send: Instance['send'] = (path, body, from) => {
    const headers = { 'x-forwarded-for': from, ...(typeof body === 'string' && { 'content-type': 'application/json' }) }
    return fetch(url + path, { method: 'POST', body, headers })
  }
  return { send, logIn: (body, from) => send('/auth/login', JSON.stringify(body), from), stop: () => own.stop() }
}

let people = 0
function registered(
  app: AccountsApp,
  email = `person${(people += 1)}@example.com`,
): Promise<{ readonly email: string }> {
  return app.register({ email })
}

/** Another network each time. */
let networks = 0
function anyAddress(): string {
  networks += 1
  return `2001:db8:${networks.toString(16)}:1::1`
}

/** One of the addresses of a /64, written in one of several ways. */
function addressIn(prefix: string, i: number): string {
  const groups = [...prefix.split(':'), ...randomBytes(8).toString('hex').match(/..../g)!]
  const long = groups.map((group) => group.padStart(4, '0')).join(':')
  const short = `${prefix}::${i.toString(16)}`
  return [long, short, long.toUpperCase(), `${prefix}:0:0:${i.toString(16)}::`][i % 4]!
}

/** Whatever somebody may hope the counter is made of. */
function undeclared(): object {
  const random = `${randomBytes(6).toString('hex')}@example.com`
  return { username: random, user: random, ip: random, 'x-forwarded-for': random, account: { email: random } }
}
