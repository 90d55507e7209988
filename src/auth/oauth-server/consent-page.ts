import { createHash } from 'node:crypto'
import { escapeHtml } from '../mail/render.ts'
import { formActionSource } from './redirect-uri.ts'

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1rem;color:#1b1b1f;background:#fff}' +
  'button{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem}small{color:#55555f}'
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** What the page says. */
export interface ConsentQuestion {
  readonly client: string
  readonly redirectUri: string
  readonly scopes: readonly { readonly name: string; readonly description: string }[]
  /** Sealed; bound to the session of who reads the page, so that no other page can send the form in their place. */
  readonly request: string
}

/** The page that asks for consent: no scripts, nothing from elsewhere, in no frame. */
export function consentPage({ client, redirectUri, scopes, request }: ConsentQuestion): string {
  const name = escapeHtml(client)
  const items = scopes.map(({ name: scope, description }) => `<li>${escapeHtml(description || scope)}</li>`).join('')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Allow ${name}?</title>
<style>${STYLE}</style>
<h1>Allow ${name}?</h1>
<p>It asks to do this in your name:</p>
<ul>${items}</ul>
<form method="post" action="consent">
<input type="hidden" name="request" value="${escapeHtml(request)}">
<p><button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></p>
</form>
<p><small>You will go on to ${escapeHtml(placeOf(redirectUri))}.</small></p>
</html>
`
}

/**
 * The headers of the page. `form-action` names the client's address as well, since browsers hold redirects of a form to it. The address of the page has the client's
 * state in it, which no other site is told; with `no-referrer` browsers would send `Origin: null` with the form.
 */
export function consentHeaders(redirectUri: string): Readonly<Record<string, string>> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      `style-src 'sha256-${STYLE_HASH}'`,
      `form-action 'self' ${formActionSource(redirectUri)}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}

function placeOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri)
  return host === '' ? protocol : host
}
