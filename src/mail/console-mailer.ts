import type { Mailer, Message } from './mailer.ts'

/** What a mailer for development can be given. */
export interface ConsoleMailerOptions {
  /** Takes each message as text. Default: standard output. */
  readonly write?: (text: string) => void
}

/**
 * Prints messages in place of sending them: for development, where one follows the link in the terminal. Not for production, where links that open accounts
 * would stand in the log.
 *
 * @example
 * const printed: string[] = []
 * const mailer = consoleMailer({ write: (text) => printed.push(text) })
 * await mailer.send({ to: 'ada@example.com', subject: 'Hello', text: 'A first message.' })
 */
export function consoleMailer({ write = print }: ConsoleMailerOptions = {}): Mailer {
  return {
    send: (message) => {
      write(readable(message))
      return Promise.resolve()
    },
  }
}

function readable({ to, subject, text }: Message): string {
  const lines = [`To:      ${to}`, `Subject: ${subject}`, '', ...text.split('\n')].map((line) => `│ ${line}`.trimEnd())
  return `┌── mail (not sent: development)\n${lines.map(visible).join('\n')}\n└──\n`
}

/** What would move the terminal's cursor is shown as a question mark. */
function visible(line: string): string {
  return line.replace(/\p{Cc}/gu, '?')
}

function print(text: string): void {
  process.stdout.write(text)
}
