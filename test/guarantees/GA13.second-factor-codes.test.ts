import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../../src/auth/accounts.fixture.ts'
import { codeNow, factorsApp, type FactorsApp, type TotpUser } from '../../src/auth/factors/factors.fixture.ts'

let app: FactorsApp
beforeAll(async () => {
  app = await factorsApp()
})
afterAll(() => app?.stop())

const secondStep = (challenge: string, code: string, at = app) =>
  at.call('POST', '/auth/login/second-factor', { challenge, code })

async function challenges({ email }: TotpUser, count: number, at = app): Promise<readonly string[]> {
  const made: string[] = []
  while (made.length < count) made.push(await at.challengeOf(email, PASSWORD))
  return made
}

describe('a code is good for one use (GA13)', () => {
  test('a code of the app in 10 log-ins at once begins one session', async () => {
    const user = await app.totpUser()
    await app.query(sql`delete from auth_sessions where user_id = ${user.id}`)
    const code = codeNow(user.secret, 1)
    const answers = await Promise.all((await challenges(user, 10)).map((challenge) => secondStep(challenge, code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body['code'] === 'invalid_second_factor')).toHaveLength(9)
    expect(await app.query(sql`select 1 as one from auth_sessions where user_id = ${user.id}`)).toHaveLength(1)
  })

  test('a recovery code in 10 log-ins at once begins one session, and is gone', async () => {
    const user = await app.totpUser()
    const [code] = user.recoveryCodes
    const answers = await Promise.all((await challenges(user, 10)).map((challenge) => secondStep(challenge, code!)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body['code'] === 'invalid_second_factor')).toHaveLength(9)
    const left = sql`select 1 as one from auth_factors where user_id = ${user.id} and type = 'recovery'`
    expect(await app.query(left)).toHaveLength(9)
  })

  test('what has confirmed the app or logged in proves nothing else, and neither does an earlier one', async () => {
    const { email } = await app.register()
    const { headers } = await app.logIn(email)
    const { secret, code: confirmed, headers: own } = await app.addTotp(headers)
    const later = codeNow(secret, 1)
    expect((await secondStep(await app.challengeOf(email, PASSWORD), confirmed)).status).toBe(401)
    expect((await secondStep(await app.challengeOf(email, PASSWORD), later)).status).toBe(200)
    for (const code of [confirmed, later])
      expect((await app.call('POST', '/auth/reauthenticate/factor', { code }, own)).body).toMatchObject({
        code: 'invalid_second_factor',
      })
  })

  test('it is as it was where the session cannot begin, so that nobody is locked out by a failure', async () => {
    const user = await app.totpUser()
    const challenge = await app.challengeOf(user.email, PASSWORD)
    const [code] = user.recoveryCodes
    await app.query(sql`alter table auth_sessions add constraint broken check (false) not valid`)
    for (const each of [code!, codeNow(user.secret)])
      expect((await secondStep(challenge, each)).body).toMatchObject({ code: 'check_violation' })
    await app.query(sql`alter table auth_sessions drop constraint broken`)
    expect((await secondStep(challenge, code!)).status).toBe(200)
  })
})

describe('a code is bound to its log-in (GA13)', () => {
  test('codes of one user are nothing to the challenge of another', async () => {
    const [ada, eve] = [await app.totpUser(), await app.totpUser()]
    const challenge = await app.challengeOf(ada.email, PASSWORD)
    for (const code of [codeNow(eve.secret), eve.recoveryCodes[0]!])
      expect((await secondStep(challenge, code)).body).toMatchObject({ code: 'invalid_second_factor' })
    expect((await secondStep(challenge, codeNow(ada.secret))).status).toBe(200)
  })

  test('a challenge holds 10 minutes, and one use', async () => {
    const user = await app.totpUser()
    const [late, used] = await challenges(user, 2)
    const expire = sql`update auth_one_time_tokens set expires_at = expires_at - interval '10 minutes' where user_id = ${user.id}`
    expect((await secondStep(used!, codeNow(user.secret))).status).toBe(200)
    await app.query(expire)
    for (const challenge of [late!, used!])
      expect((await secondStep(challenge, user.recoveryCodes[0]!)).body).toMatchObject({ code: 'token_invalid' })
  })
})

describe('codes cannot be guessed (GA13)', () => {
  test('a challenge takes 5 attempts, the right code afterwards is none', async () => {
    const user = await app.totpUser()
    const challenge = await app.challengeOf(user.email, PASSWORD)
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await secondStep(challenge, 'abcdef')).body).toMatchObject({ code: 'invalid_second_factor' })
    expect((await secondStep(challenge, codeNow(user.secret))).body).toMatchObject({ code: 'token_invalid' })
  })

  test('an account takes 5 in 15 minutes, whichever way and with however many challenges; a success ends the count', async () => {
    const limited = await factorsApp({ attempts: { perNetwork: 100_000 } })
    try {
      const user = await limited.totpUser()
      const wrong = (challenge: string) => secondStep(challenge, '0000 0000', limited)
      const [first, second, third] = await challenges(user, 3, limited)
      for (let attempt = 0; attempt < 4; attempt++) expect((await wrong(first!)).status).toBe(401)
      expect((await secondStep(second!, codeNow(user.secret), limited)).status).toBe(200)
      const reauthenticate = (code: string) =>
        limited.call('POST', '/auth/reauthenticate/factor', { code }, user.headers)
      for (let attempt = 0; attempt < 3; attempt++) expect((await reauthenticate('0000 0000')).status).toBe(401)
      for (let attempt = 0; attempt < 2; attempt++) expect((await wrong(third!)).status).toBe(401)
      const refused = [
        await reauthenticate(codeNow(user.secret, 1)),
        await secondStep(third!, user.recoveryCodes[0]!, limited),
      ]
      for (const { status, headers } of refused) {
        expect(status).toBe(429)
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      }
    } finally {
      await limited.stop()
    }
  })
})
