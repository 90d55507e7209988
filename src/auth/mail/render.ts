import type { Message } from '../../mail/mailer.ts'

/** What a message of accounts is made of. */
export interface MailData {
  /** Whom it goes to. */
  readonly to: string
  readonly appName: string
  /** Of the app, without a slash at the end. */
  readonly origin: string
  /** Where the reader goes on; `undefined` in messages that only tell something. */
  readonly link: string | undefined
  /** The token that is in the link, for apps that let it be typed in. */
  readonly token: string | undefined
  /** Whatever else there is, by template: `email` (the new one), `organisation`, `change`. Users have typed some of it. */
  readonly details: Readonly<Record<string, unknown>>
}

/** Words a message. Values in `html` must be escaped: `escapeHtml`. */
export type MailRenderer = (data: MailData) => Omit<Message, 'to'>

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * For text and quoted attributes of HTML.
 *
 * @example
 * escapeHtml('<b>"Ada" & co</b>') // => '&lt;b&gt;&quot;Ada&quot; &amp; co&lt;/b&gt;'
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}

const MAX_INLINE = 80

/** What somebody has typed, fit for a line of a message: no line breaks, and not long enough to be a message of its own. */
export function inline(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const line = text.replace(/[\p{C}\s]+/gu, ' ').trim()
  return line.length > MAX_INLINE ? `${line.slice(0, MAX_INLINE - 1)}…` : line
}
