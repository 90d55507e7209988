import { randomBytes } from 'node:crypto'
import { isObject } from './merge.ts'
import type { JsonObject, OpenApiDocument } from './types.ts'

/** What the docs page shows, and where its parts are. */
export interface DocsPageOptions {
  readonly title: string
  /** Where the document is served: a path, with the proxy's prefix where there is one. */
  readonly documentUrl: string
  /** Where the page is served, and its files below: a path, with the proxy's prefix where there is one. */
  readonly basePath: string
  /** The OAuth2 client of the page's Authorize button. */
  readonly oauth2?: { readonly clientId?: string; readonly scopes?: readonly string[]; readonly usePkce?: boolean }
  /** Other origins that the page may call: see {@link originsOf}. Default: none. */
  readonly connectTo?: readonly string[]
}

/** The docs page, and the headers it is to be sent with. */
export interface DocsPage {
  readonly html: string
  /** Headers that must be sent with it in place of the app's own. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The docs page: Swagger UI with its files from this package. Nothing is loaded from elsewhere and no script stands in the page, so the
 * content security policy forbids both. It lets those two scripts run alone that have the nonce of this one response: make the page anew for each.
 *
 * @example
 * const { html, headers } = docsPage({ title: 'Blog', documentUrl: '/openapi.json', basePath: '/docs' })
 * Object.keys(headers)   // => ['content-security-policy', 'cross-origin-opener-policy', 'cache-control']
 */
export function docsPage({ title, documentUrl, basePath, oauth2, connectTo = [] }: DocsPageOptions): DocsPage {
  const nonce = randomBytes(NONCE_BYTES).toString('base64')
  const base = basePath.replace(/\/$/, '')
  const config = JSON.stringify({ documentUrl, redirectUrl: `${base}/oauth2-redirect.html`, oauth2 })
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" type="image/png" href="${escapeHtml(base)}/favicon-32x32.png">
<link rel="stylesheet" href="${escapeHtml(base)}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui" data-config="${escapeHtml(config)}"></div>
<script nonce="${nonce}" src="${escapeHtml(base)}/swagger-ui-bundle.js"></script>
<script nonce="${nonce}" src="${escapeHtml(base)}/init.js"></script>
</body>
</html>
`
  return { html, headers: headersOf(connectTo, nonce) }
}

/** Not to be guessed: 128 bits, as the Content Security Policy asks (section 7.1). */
const NONCE_BYTES = 16

function headersOf(connectTo: readonly string[], nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...new Set(connectTo)].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    // The popup of an authorization code flow must be able to report back.
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    // A copy would have a nonce that was used before.
    'cache-control': 'no-store',
  }
}

/**
 * The origins a docs page calls: those of the servers, and of the token endpoints of the security schemes.
 *
 * @example
 * const app = createApp({ title: 'Blog', version: '1.0.0', api: router('/api', {}), servers: [{ url: 'https://api.example.com/v1' }] })
 * originsOf(app.openapi())   // => ['https://api.example.com']
 */
export function originsOf({ servers, components }: OpenApiDocument): readonly string[] {
  const schemes = valuesOf(components?.['securitySchemes'])
  const flows = schemes.flatMap((scheme) => valuesOf(member(scheme, 'flows')))
  const urls = [
    ...servers.map(({ url }) => url),
    ...schemes.map((scheme) => member(scheme, 'openIdConnectUrl')),
    ...flows.flatMap((flow) => [member(flow, 'tokenUrl'), member(flow, 'refreshUrl')]),
  ]
  return [...new Set(urls.flatMap((url) => originOf(url) ?? []))]
}

/** Of an absolute URL without variables; only such an origin can stand in a policy. */
function originOf(url: unknown): string | undefined {
  if (typeof url !== 'string' || !/^https?:\/\/[\w.:[\]-]+(\/|$)/.test(url)) return undefined
  return URL.parse(url)?.origin
}

function valuesOf(value: unknown): readonly unknown[] {
  return isObject(value) ? Object.values(value) : []
}

function member(value: unknown, name: keyof JsonObject): unknown {
  return isObject(value) ? value[name] : undefined
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
