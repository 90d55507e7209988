import type { AccountsBase } from '../core/base.ts'
import type { MailTemplate } from '../core/services.ts'

/** Pages of a front end below the origin. Messages without an entry have a link only where `links` names one. */
const PATHS: Partial<Record<MailTemplate, string>> = {
  'verify-email': '/verify-email?token={token}',
  'reset-password': '/reset-password?token={token}',
  'confirm-email-change': '/confirm-email?token={token}',
  'approve-email-change': '/approve-email?token={token}',
  invitation: '/invitation?token={token}',
}

const TOKEN = '{token}'

/** The link of a message, with its token. */
export type Links = (template: MailTemplate, token: string | undefined) => string | undefined

/**
 * Made of the configured origin alone, never of a request's Host, which its sender chooses (GA15).
 *
 * @throws TypeError where a link leaves the origin without saying so, is none of http, or has no place for the token it needs.
 */
export function mailLinks({ origin, options }: Pick<AccountsBase, 'origin' | 'options'>): Links {
  const paths = { ...PATHS, ...options.links }
  const templates = new Map(
    Object.entries(paths).map(([name, path]) => [name, absolute(name as MailTemplate, path, origin)]),
  )
  return (template, token) => {
    const link = templates.get(template)
    // A function, since a replacement text has signs of its own.
    return link?.replaceAll(TOKEN, () => encodeURIComponent(token ?? ''))
  }
}

function absolute(template: MailTemplate, path: string, origin: string): string {
  const isPath = /^\/(?![/\\])/.test(path)
  const text = isPath ? origin + path : path
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isUsable =
    url !== undefined &&
    /^https?:\/\//.test(text) &&
    url.username + url.password === '' &&
    !/[\s\p{C}\\]/u.test(text) &&
    !url.host.includes('{') &&
    (!isPath || url.origin === origin)
  if (!isUsable)
    throw new TypeError(
      `accounts({ links: { '${template}' } }): a path below the origin, such as "/reset?token={token}", or a URL with https; got ${JSON.stringify(path)}.`,
    )
  if (template in PATHS && !text.includes(TOKEN))
    throw new TypeError(`accounts({ links: { '${template}' } }) has no {token}, without which its link opens nothing.`)
  return text
}
