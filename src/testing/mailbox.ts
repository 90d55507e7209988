import type { Mailer, Message } from '../mail/mailer.ts'

/** A mailer that keeps what it is given. */
export interface TestMailbox extends Mailer {
  /** In the order they were sent. */
  readonly messages: readonly Message[]
  /** The newest to an address, in any case; `undefined` where there is none. */
  last(to: string): Message | undefined
  /** Forgets them. */
  clear(): void
}

/**
 * A mailer for tests: what is sent stands in `messages`. Messages of accounts are there as soon as the operation that sends them has answered.
 *
 * @example
 * const outbox = mailbox()
 * await outbox.send({ to: 'ada@example.com', subject: 'Hello', text: 'A first message.' })
 * outbox.last('ada@example.com')?.subject // => 'Hello'
 */
export function mailbox(): TestMailbox {
  const messages: Message[] = []
  return {
    messages,
    send: (message) => {
      messages.push(message)
      return Promise.resolve()
    },
    last: (to) => messages.findLast((message) => message.to.toLowerCase() === to.toLowerCase()),
    clear: () => {
      messages.length = 0
    },
  }
}
