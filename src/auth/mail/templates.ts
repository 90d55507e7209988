import type { MailTemplate } from '../core/services.ts'
import { escapeHtml, inline, type MailData, type MailRenderer } from './render.ts'

/** What a message says: paragraphs, a link with its label between them, and what it ends with. */
interface Wording {
  readonly subject: string
  readonly before: readonly string[]
  /** What the link is called, where there is one. */
  readonly action: string
  readonly after: readonly string[]
}

const NOT_YOU = 'If that was not you, reset your password now and end the sessions you do not know.'
const IGNORE = 'If you did not ask for this, ignore this message: nothing changes.'

const WORDINGS: Readonly<Record<MailTemplate, (data: MailData) => Wording>> = {
  'verify-email': ({ appName }) => ({
    subject: `Confirm your address for ${appName}`,
    before: [`Somebody, probably you, has registered this address with ${appName}.`],
    action: 'Confirm the address',
    after: ['If you did not register, ignore this message.'],
  }),
  'already-registered': ({ appName }) => ({
    subject: `You already have an account with ${appName}`,
    before: [
      `Somebody, probably you, tried to register this address with ${appName}. It has an account already.`,
      'Log in with it. If you do not know the password any more, reset it.',
    ],
    action: 'Log in',
    after: ['If you did not do this, ignore this message: nothing changes.'],
  }),
  'reset-password': ({ appName }) => ({
    subject: `Reset your password for ${appName}`,
    before: [`Somebody, probably you, asked to reset your password for ${appName}.`],
    action: 'Choose a new password',
    after: ['The link works once and for a short time.', IGNORE],
  }),
  'confirm-email-change': ({ appName }) => ({
    subject: `Confirm your new address for ${appName}`,
    before: [`This address is to become the one of an account with ${appName}.`],
    action: 'Confirm the new address',
    after: [IGNORE],
  }),
  'approve-email-change': ({ appName, details }) => ({
    subject: `Your address for ${appName} is to change`,
    before: [`The address of your account with ${appName} is to become ${given(details['email'], 'another one')}.`],
    action: 'Approve the change',
    after: ['Without your approval nothing changes.', NOT_YOU],
  }),
  'email-changed': ({ appName, details }) => ({
    subject: `Your address for ${appName} was changed`,
    before: [`The address of your account with ${appName} is now ${given(details['email'], 'another one')}.`],
    action: 'Your account',
    after: ['If that was not you, tell us at once.'],
  }),
  'password-changed': ({ appName }) => ({
    subject: `Your password for ${appName} was changed`,
    before: [`The password of your account with ${appName} was changed, and your other sessions were ended.`],
    action: 'Your account',
    after: [NOT_YOU],
  }),
  'factor-changed': ({ appName, details }) => ({
    subject: `How you log in to ${appName} was changed`,
    before: [`How you log in to your account with ${appName} was changed${suffix(details['change'])}.`],
    action: 'Your account',
    after: [NOT_YOU],
  }),
  'sessions-ended': ({ appName }) => ({
    subject: `You were logged out of ${appName}`,
    before: [
      `All sessions of your account with ${appName} were ended. Where something old was used once more, it may have been stolen.`,
    ],
    action: 'Log in',
    after: [NOT_YOU],
  }),
  invitation: ({ appName, details }) => ({
    subject: `An invitation to ${given(details['organisation'], appName)}`,
    before: [`You are invited to ${given(details['organisation'], 'an organisation')} on ${appName}.`],
    action: 'Accept the invitation',
    after: ['If you do not know why, ignore this message: nothing changes.'],
  }),
}

/** The default messages. */
export const MAIL_TEMPLATES = Object.fromEntries(
  Object.entries(WORDINGS).map(([name, wording]) => [name, (data: MailData) => message(wording(data), data)]),
) as Readonly<Record<MailTemplate, MailRenderer>>

function message({ subject, before, action, after }: Wording, { link, appName }: MailData): ReturnType<MailRenderer> {
  const linked = link === undefined ? [] : [`${action}:\n${link}`]
  const text = [...before, ...linked, ...after, `-- \n${appName}`].join('\n\n')
  return { subject: inline(subject), text: `${text}\n`, html: page({ subject, before, action, after }, link) }
}

/** Headings, paragraphs and a link: read aloud, in the dark and in every client alike. Nothing is loaded from elsewhere. */
function page({ subject, before, action, after }: Wording, link: string | undefined): string {
  const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`
  const href = link === undefined ? '' : escapeHtml(link)
  const linked = link === undefined ? [] : [`<p><a href="${href}">${escapeHtml(action)}</a></p>`, `<p>${href}</p>`]
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
    '<body style="font: 16px/1.5 sans-serif; max-width: 36em; margin: 1em auto; padding: 0 1em">',
    `<h1 style="font-size: 1.25em">${escapeHtml(subject)}</h1>`,
    ...before.map(paragraph),
    ...linked,
    ...after.map(paragraph),
    '</body></html>',
  ].join('\n')
}

function given(value: unknown, otherwise: string): string {
  const text = inline(value)
  return text === '' ? otherwise : text
}

function suffix(value: unknown): string {
  const text = inline(value)
  return text === '' ? '' : `: ${text}`
}
