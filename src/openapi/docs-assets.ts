import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** A file of the docs page. Read from the package when it is first asked for. */
export interface DocsAsset {
  /** Below the path of the docs page, such as `/swagger-ui.css`. */
  readonly path: string
  readonly mediaType: string
  readonly body: Buffer
  /** A strong entity tag, quotes included. */
  readonly etag: string
  /** Headers that must be sent with it in place of the app's own. */
  readonly headers: Readonly<Record<string, string>>
}

/** What is copied from Swagger UI, licences included. */
export const SWAGGER_UI_FILES = [
  'LICENSE',
  'NOTICE',
  'favicon-32x32.png',
  'oauth2-redirect.html',
  'oauth2-redirect.js',
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'swagger-ui.css',
] as const

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
}

// The same from src/openapi and from dist/openapi.
const FOLDER = new URL('../../docs-assets/', import.meta.url)

/**
 * The page an authorization server sends the browser back to. It hands the code to the docs page that opened it, so it must share a
 * browsing context group with the authorization server's pages in between.
 */
const REDIRECT_HEADERS = {
  'content-security-policy': "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'unsafe-none',
} as const

/**
 * The files the docs page loads, each at its path below the page's.
 *
 * @example
 * docsAssets().some(({ path }) => path === '/swagger-ui.css')   // => true
 */
export function docsAssets(): readonly DocsAsset[] {
  return [asset('init.js'), ...SWAGGER_UI_FILES.map((file) => asset(`swagger-ui/${file}`))]
}

function asset(file: string): DocsAsset {
  const name = file.slice(file.lastIndexOf('/') + 1)
  let read: Buffer | undefined
  const body = (): Buffer => (read ??= readFileSync(new URL(file, FOLDER)))
  return {
    path: `/${name}`,
    mediaType: MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/plain; charset=utf-8',
    get body() {
      return body()
    },
    get etag() {
      return `"${createHash('sha256').update(body()).digest('base64url').slice(0, 22)}"`
    },
    headers: name === 'oauth2-redirect.html' ? REDIRECT_HEADERS : {},
  }
}
