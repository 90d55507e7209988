import type { ConnectionOptions } from 'node:tls'
import { Secret } from '../core/secret.ts'
import { mailbox, type Mailbox } from './address.ts'

/** Of {@link smtpMailer}. */
export interface SmtpMailerOptions {
  /** `smtp://user:password@host:587` or `smtps://...`, in place of `host`, `port`, `auth` and `secure`. What is in it is decoded as in other URLs. A secret of settings is taken as it is. */
  readonly url?: string | Secret
  readonly host?: string
  /** Default 587; 465 where `secure`. */
  readonly port?: number
  readonly auth?: { readonly user: string; readonly pass: string }
  /** Whom messages are from: `app@example.com` or `The App <app@example.com>`. */
  readonly from: string
  /** Where answers go. Default: `from`. */
  readonly replyTo?: string
  /** TLS from the first byte (RFC 8314). Default: `true` for port 465. */
  readonly secure?: boolean
  /**
   * Without `secure`: whether a server that offers no STARTTLS is refused, since links that open accounts, and the password, would be sent readable. Default
   * `true`, except on this machine (`localhost`, `127.0.0.1`, `::1`).
   */
  readonly requireTls?: boolean
  /** For certificates of an authority of your own, and the like. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'minVersion'>
  /** Whether the app's start waits until the server has taken the credentials, and fails where it does not. Default `false`. */
  readonly verify?: boolean
  /** Connections at most. Default 5. */
  readonly maxConnections?: number
}

export interface SmtpSettings {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly requireTls: boolean
  readonly auth: { readonly user: string; readonly pass: string } | undefined
  readonly from: Mailbox
  readonly replyTo: Mailbox | undefined
  readonly tls: SmtpMailerOptions['tls']
  readonly verify: boolean
  readonly maxConnections: number
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1']
const MAX_CONNECTIONS = 5

/** @throws TypeError where they name no server, or name it twice, or an address is none. */
export function smtpSettings(options: SmtpMailerOptions): SmtpSettings {
  const { host, port, auth, secure } = options.url === undefined ? options : ofUrl(options, options.url)
  if (host === undefined || host === '')
    throw new TypeError('smtpMailer({ url }): name the server, such as "smtp://user:password@mail.example.com:587".')
  const isSecure = secure ?? port === 465
  return {
    host,
    port: port ?? (isSecure ? 465 : 587),
    secure: isSecure,
    requireTls: options.requireTls ?? !LOOPBACK.includes(host),
    auth,
    from: mailbox(options.from, 'smtpMailer({ from })'),
    replyTo: options.replyTo === undefined ? undefined : mailbox(options.replyTo, 'smtpMailer({ replyTo })'),
    tls: options.tls,
    verify: options.verify ?? false,
    maxConnections: options.maxConnections ?? MAX_CONNECTIONS,
  }
}

type Server = Pick<SmtpMailerOptions, 'host' | 'port' | 'auth' | 'secure'>

function ofUrl({ host, port, auth, secure }: Server, given: string | Secret): Server {
  const text = given instanceof Secret ? given.reveal() : given
  if ([host, port, auth, secure].some((each) => each !== undefined))
    throw new TypeError(
      'smtpMailer({ url }) has the host, the port, the credentials and whether it is secure: name them there alone.',
    )
  const url = URL.canParse(text) ? new URL(text) : undefined
  // The text itself is not shown: it holds a password.
  if (url === undefined || !['smtp:', 'smtps:'].includes(url.protocol) || url.search !== '' || url.pathname.length > 1)
    throw new TypeError(
      'smtpMailer({ url }) is "smtp://user:password@host:port" or "smtps://...", without a path and a query.',
    )
  const isSecure = url.protocol === 'smtps:' || url.port === '465'
  const user = decodeURIComponent(url.username)
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    secure: isSecure,
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(user !== '' && { auth: { user, pass: decodeURIComponent(url.password) } }),
  }
}
