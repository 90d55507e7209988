import { createServer, type AddressInfo } from 'node:net'
import { chromium, type Browser, type BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM_ARGS, chromiumPath } from '../../openapi/test/chromium.ts'
import { PASSWORD } from '../accounts.fixture.ts'
import { factorsApp, type FactorsApp } from './factors.fixture.ts'

/** Passkeys belong to an origin, which is configured before there is a socket. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

/** What a page of the front end does, with nothing but the browser. */
const PAGE = {
  post: `async (path, json) => {
    const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json ?? {}) })
    return { status: response.status, body: await response.json() }
  }`,
  create: `async (post) => {
    const { body } = await post('/auth/factors/passkeys/options')
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(body)
    const credential = await navigator.credentials.create({ publicKey })
    return post('/auth/factors/passkeys', { name: 'Chromium', credential: credential.toJSON() })
  }`,
  get: `async (post, challenge) => {
    const { body } = await post('/auth/login/passkey/options', { challenge })
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(body)
    const credential = await navigator.credentials.get({ publicKey })
    return post('/auth/login/passkey', { challenge, credential: credential.toJSON(), delivery: 'session' })
  }`,
}

interface Posted {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

describe.skipIf(chromiumPath === undefined)('passkeys in Chromium (skipped without it)', () => {
  let app: FactorsApp
  let origin: string
  let browser: Browser

  beforeAll(async () => {
    const port = await freePort()
    origin = `http://localhost:${port}`
    app = await factorsApp({ origin })
    await app.t.app.listen({ port, host: '127.0.0.1' })
    const args = [...CHROMIUM_ARGS, '--host-resolver-rules=MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args })
  })

  afterAll(async () => {
    await browser?.close()
    await app?.stop()
  })

  /** A page of the app, in a browser with an authenticator that asks for a finger and gets one. */
  async function pageWith(context: BrowserContext) {
    const page = await context.newPage()
    await page.route(`${origin}/`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>App</title>' }))
    await page.goto(`${origin}/`)
    const session = await context.newCDPSession(page)
    await session.send('WebAuthn.enable')
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    const post = (path: string, json: unknown): Promise<Posted> =>
      page.evaluate(`(${PAGE.post})(${JSON.stringify(path)}, ${JSON.stringify(json)})`)
    return {
      post,
      create: (): Promise<Posted> => page.evaluate(`(${PAGE.create})(${PAGE.post})`),
      get: (challenge?: string): Promise<Posted> =>
        page.evaluate(`(${PAGE.get})(${PAGE.post}, ${JSON.stringify(challenge)})`),
    }
  }

  test('one is made, is the second factor, and logs in alone', async () => {
    const { id, email } = await app.register()
    const context = await browser.newContext()
    const page = await pageWith(context)
    const logIn = () => page.post('/auth/login', { email, password: PASSWORD, delivery: 'session' })
    expect((await logIn()).body).toMatchObject({ status: 'logged_in' })
    const made = await page.create()
    expect(made).toMatchObject({ status: 200, body: { session: { status: 'logged_in', userId: id } } })
    await context.clearCookies()
    const { body } = await logIn()
    expect(body).toMatchObject({ status: 'second_factor_required', factors: ['passkey', 'recovery'] })
    expect((await page.get(String(body['challenge']))).body).toMatchObject({ status: 'logged_in', userId: id })
    await context.clearCookies()
    expect((await page.get()).body).toMatchObject({ status: 'logged_in', userId: id })
    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({ name: '__Host-session', httpOnly: true, secure: true })
    await context.close()
  })
})
