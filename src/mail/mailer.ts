/** A message to one person. */
export interface Message {
  /** An address, as `ada@example.com`. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string
}

/** Sends messages: `smtpMailer`, `consoleMailer`, or your own. */
export interface Mailer {
  /** Resolves when the message is accepted for delivery. */
  send(message: Message): Promise<void>
}
