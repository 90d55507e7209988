import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { docsPage, originsOf } from './docs-page.ts'
import { CHROMIUM_ARGS, chromiumPath } from './test/chromium.ts'
import { serveDocs, type DocsServer } from './test/docs-server.ts'
import type { OpenApiDocument } from './types.ts'

function documentFor(authorizationServer: string): OpenApiDocument {
  const responses = { 200: { description: 'Success' } }
  return {
    openapi: '3.1.1',
    info: { title: 'Notes', version: '1.0.0' },
    servers: [{ url: '/' }],
    paths: {
      '/notes': {
        get: {
          operationId: 'notes.list',
          summary: 'List notes',
          tags: ['notes'],
          responses,
          security: [{ token: [] }, { accounts: ['notes:read'] }],
        },
        post: {
          operationId: 'notes.create',
          summary: 'Create notes',
          tags: ['notes'],
          responses,
          requestBody: {
            content: { 'application/json': { schema: { type: 'object', properties: { text: { type: 'string' } } } } },
          },
          security: [{ login: ['notes:read'] }, { basic: [] }, { key: [] }],
        },
      },
    },
    components: {
      schemas: { Note: { type: 'object', properties: { text: { type: 'string' }, by: { type: ['string', 'null'] } } } },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic' },
        key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        accounts: {
          type: 'oauth2',
          flows: { password: { tokenUrl: `${authorizationServer}/token`, scopes: { 'notes:read': 'Read notes' } } },
        },
        login: {
          type: 'oauth2',
          flows: {
            authorizationCode: {
              authorizationUrl: `${authorizationServer}/authorize`,
              tokenUrl: `${authorizationServer}/token`,
              scopes: { 'notes:read': 'Read notes' },
            },
          },
        },
      },
    },
  }
}

describe('docsPage', () => {
  it('escapes what it is given, and has no script in the page', () => {
    const { html } = docsPage({ title: '</title><script>', documentUrl: '/"o.json', basePath: '/docs/' })
    expect(html).toContain('<title>&lt;/title&gt;&lt;script&gt;</title>')
    expect(html).not.toMatch(/<script>|<script [^>]*>[^<]/)
    expect(html).toContain('src="/docs/init.js"')
  })

  it('allows the page to call the servers and token endpoints of the document, and nothing else', () => {
    const document = {
      ...documentFor('https://login.example.org/x'),
      servers: [{ url: 'https://{region}.example.org' }, { url: '/v1' }],
    }
    expect(originsOf(document)).toEqual(['https://login.example.org'])
    const { headers } = docsPage({ title: '', documentUrl: '', basePath: '', connectTo: originsOf(document) })
    expect(headers['content-security-policy']).toContain("connect-src 'self' https://login.example.org;")
  })
})

describe.skipIf(chromiumPath === undefined)('the docs page in Chromium (skipped without it)', () => {
  let browser: Browser
  let server: DocsServer
  let page: Page
  let complaints: string[]
  let hosts: Set<string>

  beforeAll(async () => {
    server = await serveDocs(documentFor)
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: CHROMIUM_ARGS })
  })

  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  beforeEach(async () => {
    const context = await browser.newContext()
    complaints = []
    hosts = new Set()
    context.on('request', (request) => hosts.add(new URL(request.url()).hostname))
    context.on('console', (message) =>
      complaints.push(...(['error', 'warning'].includes(message.type()) ? [message.text()] : [])),
    )
    context.on('weberror', (error) => complaints.push(String(error.error())))
    page = await context.newPage()
    await page.goto(`${server.url}/docs`)
    await page.locator('.opblock').first().waitFor()
    return () => context.close()
  })

  const untroubled = (): void => {
    expect(complaints).toEqual([])
    expect([...hosts]).toEqual(['127.0.0.1'])
  }

  /** Sends the operation's request from the page and gives what arrived. */
  async function tryOut(operation: string): Promise<DocsServer['calls'][number] | undefined> {
    const block = page.locator(`.opblock:has-text("${operation}")`)
    await block.locator('.opblock-summary-control').click()
    await block.getByRole('button', { name: 'Try it out' }).click()
    await block.getByRole('button', { name: 'Execute' }).click()
    await block.locator('.live-responses-table .response').first().waitFor()
    return server.calls.at(-1)
  }

  it('renders every operation with its id, without an error and without a request to anywhere else', async () => {
    await expect
      .poll(() => page.locator('.opblock-summary-operation-id').allTextContents())
      .toEqual(['notes.list', 'notes.create'])
    expect(await page.title()).toBe('The <"docs">')
    await page.locator('.opblock:has-text("notes.create") .opblock-summary-control').click()
    await page.locator('.opblock-body').waitFor()
    await page.locator('.json-schema-2020-12-accordion').first().click()
    await page.locator('.json-schema-2020-12-property').first().waitFor()
    untroubled()
  })

  it('puts the bearer token of Authorize into the requests of Try it out, and keeps it over a reload', async () => {
    await page.locator('.btn.authorize').click()
    const form = page.locator('.auth-container', { hasText: 'token' }).first()
    await form.locator('input').fill('secret-token')
    await form.getByRole('button', { name: 'Apply credentials' }).click()
    await page.locator('.btn-done').first().click()
    expect((await tryOut('notes.list'))?.headers.authorization).toBe('Bearer secret-token')
    await page.goto(`${server.url}/docs?again`)
    await page.locator('.opblock').first().waitFor()
    expect((await tryOut('notes.list'))?.headers.authorization).toBe('Bearer secret-token')
    untroubled()
  })

  it('sends basic credentials and API keys', async () => {
    await page.locator('.btn.authorize').click()
    const basic = page.locator('.auth-container', { hasText: 'basic' })
    await basic.locator('input[name=username]').fill('ada')
    await basic.locator('input[name=password]').fill('pass')
    await basic.getByRole('button', { name: 'Apply credentials' }).click()
    const key = page.locator('.auth-container', { hasText: 'x-api-key' })
    await key.locator('input').fill('the-key')
    await key.getByRole('button', { name: 'Apply credentials' }).click()
    await page.locator('.btn-done').first().click()
    const call = await tryOut('notes.create')
    expect(call?.headers.authorization).toBe(`Basic ${Buffer.from('ada:pass').toString('base64')}`)
    expect(call?.headers['x-api-key']).toBe('the-key')
    untroubled()
  })

  it('logs in with a password, and keeps the token but not the password', async () => {
    await page.locator('.btn.authorize').click()
    const form = page.locator('.auth-container', { hasText: 'Flow: password' })
    await form.locator('#oauth_username').fill('ada')
    await form.locator('#oauth_password').fill('pass')
    await form.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click()
    await form.getByRole('button', { name: /logout|remove/i }).waitFor()
    await page.locator('.btn-done').first().click()
    expect((await tryOut('notes.list'))?.headers.authorization).toBe('Bearer the-access-token')
    expect(server.tokenRequests.at(-1)).toContain('grant_type=password&scope=notes%3Aread&username=ada&password=pass')
    const kept = await page.evaluate<string>("localStorage.getItem('authorized')")
    expect(kept).toContain('the-access-token')
    expect(kept).not.toContain('"pass"')
    untroubled()
  })

  it('completes an authorization code flow with PKCE against a server of another origin', async () => {
    await page.locator('.btn.authorize').click()
    const form = page.locator('.auth-container', { hasText: 'authorizationCode' })
    await form.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click()
    await form.getByRole('button', { name: /logout|remove/i }).waitFor()
    await page.locator('.btn-done').first().click()
    expect((await tryOut('notes.create'))?.headers.authorization).toBe('Bearer the-access-token')
    expect(server.tokenRequests.at(-1)).toMatch(/code=the-code.*code_verifier=/)
    untroubled()
  })
})
