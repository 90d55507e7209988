import type { MaybePromise } from '../core/maybe-promise.ts'

/** A message to one person. */
export interface Message {
  /** An address, as `ada@example.com`. */
  readonly to: string
  /** One line. */
  readonly subject: string
  readonly text: string
  readonly html?: string
}

/**
 * Sends messages: {@link smtpMailer}, {@link consoleMailer}, or your own, such as for the HTTP API of a service.
 *
 * @example
 * const serviceMailer: Mailer = {
 *   async send({ to, subject, text }) {
 *     const answer = await fetch('https://mail.example.com/messages', { method: 'POST', body: JSON.stringify({ to, subject, text }) })
 *     if (!answer.ok) throw new Error(`The mail service answered ${answer.status}.`)
 *   },
 * }
 */
export interface Mailer {
  /** Resolves when the message is accepted for delivery. */
  send(message: Message): Promise<void>
  /** Called when an app that uses it starts; a failure stops the start. */
  start?(): MaybePromise<void>
  /** Called when such an app has stopped. It may be started again. */
  close?(): MaybePromise<void>
}
