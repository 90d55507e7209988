import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { docsAssets, SWAGGER_UI_FILES } from './docs-assets.ts'

describe('docsAssets', () => {
  it.each(SWAGGER_UI_FILES)('has %s as the installed Swagger UI has it', async (file) => {
    const installed = await readFile(new URL(`../../node_modules/swagger-ui-dist/${file}`, import.meta.url))
    const asset = docsAssets().find(({ path }) => path === `/${file}`)
    expect(asset?.body.equals(installed), 'run: node --conditions=ashlar-source scripts/copy-docs-assets.ts').toBe(true)
  })

  it('gives each file one path, a type a browser accepts under nosniff, and a tag of its own', () => {
    const assets = docsAssets()
    expect(Object.fromEntries(assets.map(({ path, mediaType }) => [path, mediaType]))).toEqual({
      '/init.js': 'text/javascript; charset=utf-8',
      '/LICENSE': 'text/plain; charset=utf-8',
      '/NOTICE': 'text/plain; charset=utf-8',
      '/favicon-32x32.png': 'image/png',
      '/oauth2-redirect.html': 'text/html; charset=utf-8',
      '/oauth2-redirect.js': 'text/javascript; charset=utf-8',
      '/swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
      '/swagger-ui-bundle.js.LICENSE.txt': 'text/plain; charset=utf-8',
      '/swagger-ui.css': 'text/css; charset=utf-8',
    })
    expect(new Set(assets.map(({ etag }) => etag)).size).toBe(assets.length)
    for (const { etag } of assets) expect(etag).toMatch(/^"[\w-]{22}"$/)
  })

  it('reads a file once', () => {
    const [asset] = docsAssets()
    expect(asset?.body).toBe(asset?.body)
  })
})
