import { dependency, type Dependency } from '../../core/dependency.ts'
import { afterCommit } from '../../data/transactions/after-commit.ts'
import { consoleMailer } from '../../mail/console-mailer.ts'
import type { Mailer, Message } from '../../mail/mailer.ts'
import type { AccountsCore, OfApp } from '../core/accounts-core.ts'
import type { AccountsBase } from '../core/base.ts'
import type { AccountMail, MailTemplate } from '../core/services.ts'
import { mailLinks } from './links.ts'
import { Outbox } from './outbox.ts'
import type { MailData } from './render.ts'
import { MAIL_TEMPLATES } from './templates.ts'

type AccountMailData = Parameters<AccountMail['send']>[2]

/**
 * Sends once the operation's transaction is committed. The response does not wait for it, so that its time tells nobody whether there was a message (GA3),
 * and a mailer that is gone fails no request.
 *
 * @throws TypeError where a link of the options is none.
 */
export function accountMailDependency(parts: AccountsBase & Pick<AccountsCore, 'tx'>): AccountsCore['mail'] {
  const outbox = outboxDependency(parts)
  const compose = composer(parts)
  return dependency(
    { name: 'accounts.mail', uses: { tx: parts.tx, outbox } },
    ({ tx, outbox: posts }): AccountMail => ({
      send: (template, to, data = {}) => {
        const posted = { template, secret: data.token, render: () => compose(template, to, data) }
        afterCommit(tx, () => posts.post(posted))
      },
    }),
  )
}

function composer({ options, origin, appName }: AccountsBase) {
  const links = mailLinks({ options, origin })
  const templates = { ...MAIL_TEMPLATES, ...options.mailTemplates }
  return (template: MailTemplate, to: string, { token, ...details }: NonNullable<AccountMailData>): Message => {
    const data: MailData = { to, appName, origin, link: links(template, token), token, details }
    return { ...templates[template](data), to }
  }
}

function outboxDependency({ options }: AccountsBase): OfApp<Outbox> {
  const uses = { mailer: mailerDependency(options.mailer) }
  return dependency({ name: 'accounts.outbox', scope: 'app', uses }, async function* ({ mailer, log }) {
    await mailer.start?.()
    const outbox = new Outbox({ mailer, log })
    try {
      yield outbox
    } finally {
      await outbox.drain()
      await mailer.close?.()
    }
  })
}

/** @throws TypeError where it is a dependency of a request: messages are sent when that has ended. */
function mailerDependency(mailer: Mailer | Dependency<Mailer> | undefined): OfApp<Mailer> {
  if (mailer === undefined) return dependency({ name: 'accounts.mailer', scope: 'app' }, defaultMailer)
  if (!('kind' in mailer)) return dependency({ name: 'accounts.mailer', scope: 'app' }, () => mailer)
  if (mailer.scope !== 'app')
    throw new TypeError(
      `accounts({ mailer }): the dependency "${mailer.name}" must have scope: 'app', since messages are sent after requests.`,
    )
  return mailer as OfApp<Mailer>
}

function defaultMailer(): Mailer {
  if (process.env.NODE_ENV !== 'production') return consoleMailer()
  throw new Error(
    "accounts({ mailer }): in production say how mails are sent: smtpMailer({ url: process.env.SMTP_URL, from: 'app@example.com' }) of ashlar/mail, or a mailer of your own.",
  )
}
