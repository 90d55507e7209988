import { afterAll, expect, test } from 'vitest'
import { accountsApp, ORIGIN, PASSWORD } from '../accounts.fixture.ts'

const TRUSTED = 'https://pages.example.com'
const app = await accountsApp({ sessions: { trustedOrigins: [TRUSTED] } })
afterAll(() => app.stop())
const { email } = await app.register()

const logIn = (delivery: string, headers: Readonly<Record<string, string>>) =>
  app.post('/auth/login', { email, password: PASSWORD, delivery }, headers)

const FOREIGN = [
  { origin: 'https://eve.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
  { origin: 'https://eve.example', 'sec-fetch-site': 'same-site' },
]
const OWN = [
  {},
  { origin: ORIGIN },
  { origin: TRUSTED, 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'same-origin' },
]

// Log-in CSRF: what is done next in this browser would be done in the account of somebody else.
test.each(['session', 'cookies'])('pages of other sites log nobody in by %s', async (delivery) => {
  for (const headers of FOREIGN) {
    const response = await logIn(delivery, headers)
    expect([headers, response.status]).toEqual([headers, 403])
    expect(await response.json()).toMatchObject({ code: 'cross_site_request' })
    expect(response.headers.getSetCookie()).toEqual([])
  }
  for (const headers of OWN) expect([headers, (await logIn(delivery, headers)).status]).toEqual([headers, 200])
})

test('tokens in the body are for whoever asks: no browser keeps them', async () => {
  for (const headers of FOREIGN) expect((await logIn('tokens', headers)).status).toBe(200)
})
