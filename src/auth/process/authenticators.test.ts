import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountsApp, PASSWORD, type AccountsApp } from '../accounts.fixture.ts'

let app: AccountsApp
beforeAll(async () => {
  app = await accountsApp()
})
afterAll(() => app.stop())

interface Flows {
  readonly flows: Readonly<Record<string, { readonly tokenUrl: string; readonly refreshUrl: string }>>
}
const schemesIn = (of: AccountsApp['t']['app']) =>
  of.openapi().components?.['securitySchemes'] as Readonly<Record<string, Flows>>

test('each kind of credentials is documented, and the Authorize button logs in where the tokens are given', async () => {
  const schemes = schemesIn(app.t.app)
  expect(Object.keys(schemes)).toEqual(['bearer', 'apiKey', 'session', 'accessCookie'])
  const { tokenUrl, refreshUrl } = schemes['bearer']!.flows['password']!
  expect([tokenUrl, refreshUrl]).toEqual(['/auth/token', '/auth/token'])
  const { email } = await app.register()
  const answer = await app.t.fetch(tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'password', username: email, password: PASSWORD }),
  })
  const { access_token: token } = (await answer.json()) as { readonly access_token: string }
  const me = await app.t.fetch('/auth/me', { headers: { authorization: `Bearer ${token}` } })
  expect(me.status).toBe(200)
})

test('behind a proxy with a path of its own the button goes there', () => {
  const { tokenUrl } = schemesIn(app.app.with({ rootPath: '/v1/' }))['bearer']!.flows['password']!
  expect(tokenUrl).toBe('/v1/auth/token')
})
