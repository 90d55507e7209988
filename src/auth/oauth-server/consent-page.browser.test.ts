import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium, type Browser, type BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM_ARGS, chromiumPath } from '../../openapi/test/chromium.ts'
import { SESSION_COOKIE } from '../sessions/session-cookies.ts'
import { authorizePath, oauthApp, type OAuthApp } from './oauth.fixture.ts'

describe.skipIf(chromiumPath === undefined)('the consent page in Chromium (skipped without it)', () => {
  let app: OAuthApp
  let browser: Browser
  let client: Server
  let redirectUri: string
  const referers: (string | undefined)[] = []

  beforeAll(async () => {
    app = await oauthApp()
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: CHROMIUM_ARGS })
    client = createServer((request, response) => {
      if (request.url?.startsWith('/callback') === true) referers.push(request.headers.referer)
      response.setHeader('content-type', 'text/html').end('<title>client</title>')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => client.once('listening', resolve))
    redirectUri = `http://127.0.0.1:${(client.address() as AddressInfo).port}/callback`
  })

  afterAll(async () => {
    await browser?.close()
    client?.close()
    await app?.t.stop()
  })

  async function loggedIn(): Promise<BrowserContext> {
    const context = await browser.newContext()
    const value = await app.logIn('ada')
    await context.addCookies([
      { name: SESSION_COOKIE, value, url: app.origin.replace('http:', 'https:'), httpOnly: true, sameSite: 'Lax' },
    ])
    return context
  }

  async function address(): Promise<string> {
    const { id } = await app.register({ redirectUris: [redirectUri] })
    return app.origin + (await authorizePath(id, { redirect_uri: redirectUri }))
  }

  test.each([
    ['Allow', 'code'],
    ['Deny', 'error'],
  ])('%s leads to the client with its %s, and tells it nothing else', async (button, parameter) => {
    const page = await (await loggedIn()).newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(await address())
    expect(await page.getByRole('listitem').allTextContents()).toEqual(['Read your posts'])
    await page.getByRole('button', { name: button }).click()
    await page.waitForURL(`${redirectUri}?**`)
    expect(new URL(page.url()).searchParams.get(parameter)).not.toBeNull()
    expect(referers.at(-1)).toBeUndefined()
    expect(complaints.filter((text) => text.includes('Content Security Policy'))).toEqual([])
  })

  test('is not shown in a frame', async () => {
    const page = await (await loggedIn()).newPage()
    await page.goto(redirectUri.replace('/callback', '/'))
    const path = await address()
    const refused = page.waitForEvent('console', (message) =>
      /frame-ancestors|X-Frame-Options|refused to connect/i.test(message.text()),
    )
    await page.setContent(`<iframe src="${path}"></iframe>`)
    await refused
    expect(page.frames().map((frame) => frame.url())).not.toContain(path)
  })
})
