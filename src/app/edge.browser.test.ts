import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { route, router } from 'ashlar'
import { accessFor, anyone } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { CHROMIUM_ARGS, chromiumPath } from '../openapi/test/chromium.ts'
import { serving, type Serving } from './serving.fixture.ts'

const token = bearer({ verify: (given) => (given === 'secret' ? { id: 'ada' } : undefined) })
const api = router('/api', {
  write: route.put(
    '/things/:id',
    {
      access: accessFor(token).authenticated,
      body: z.object({ a: z.string() }),
      response: z.object({ a: z.string() }),
    },
    ({ body, response }) => {
      response.header('etag', '"7"')
      return { a: body.a.repeat(2_000) }
    },
  ),
  open: route.get('/open', { access: anyone, response: z.object({ ok: z.boolean() }) }, () => ({ ok: true })),
})

/** As of files, and with calls of other origins, which a page must be let by its own server as well. */
const POLICY = "default-src 'self'; connect-src 'self' http://127.0.0.1:*"

const folder = mkdtempSync(join(tmpdir(), 'ashlar-browser-'))
writeFileSync(
  join(folder, 'index.html'),
  '<!doctype html><title>front</title><h1></h1><script>document.title = "inline"</script><script type="module" src="/app.js"></script>',
)
writeFileSync(join(folder, 'app.js'), 'document.querySelector("h1").textContent = location.pathname')

describe.skipIf(chromiumPath === undefined)('in Chromium (skipped without it)', () => {
  let browser: Browser
  let front: Serving
  let named: Serving
  let closed: Serving

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: CHROMIUM_ARGS })
    front = await serving(router('/api', {}), { frontend: { folder, headers: { 'content-security-policy': POLICY } } })
    named = await serving(api, { cors: { origins: [`http://127.0.0.1:${front.port}`] } })
    closed = await serving(api)
  })
  afterAll(async () => {
    await browser.close()
    await Promise.all([front, named, closed].map((each) => each[Symbol.asyncDispose]()))
    rmSync(folder, { recursive: true })
  })

  test('a page of a front end gets its path and its script, and no script that stands in it runs', async () => {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${front.port}/orders/7`)
    await page.locator('h1', { hasText: '/orders/7' }).waitFor()
    expect(await page.title()).toBe('front')
  })

  test('a page calls an API of another origin that names it, with all it needs, and no other', async () => {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${front.port}/`)
    const call = (port: number): Promise<unknown> =>
      page.evaluate(async (to) => {
        const headers = { 'content-type': 'application/json', authorization: 'Bearer secret', 'if-match': '"6"' }
        try {
          const answer = await fetch(`http://127.0.0.1:${to}/api/things/1`, {
            method: 'PUT',
            headers,
            body: '{"a":"x"}',
          })
          const { a } = (await answer.json()) as { readonly a: string }
          return [
            answer.status,
            a.length,
            answer.headers.get('etag')?.slice(0, 2),
            answer.headers.get('x-request-id') !== null,
          ]
        } catch (error) {
          return String(error)
        }
      }, port)
    expect(await call(named.port)).toEqual([200, 2_000, '"7', true])
    expect(await call(closed.port)).toBe('TypeError: Failed to fetch')
  })
})
