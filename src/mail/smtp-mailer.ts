import { setImmediate } from 'node:timers/promises'
import type { createTransport } from 'nodemailer'
import { checkedAddress, checkedSubject } from './address.ts'
import type { Mailer, Message } from './mailer.ts'
import { smtpSettings, type SmtpMailerOptions, type SmtpSettings } from './smtp-options.ts'

/** Sends messages through an SMTP server. */
export interface SmtpMailer extends Mailer {
  /** Loads what it needs, and with `verify` asks the server whether it takes the credentials. */
  start(): Promise<void>
  /** Connects and gives the credentials, without sending anything. Rejects where the server does not take them. */
  verify(): Promise<void>
  /** Gives the connections back. With the next message others are opened. */
  close(): Promise<void>
}

/** What is not there after so long is gone; nodemailer's own limits are minutes. */
const CONNECT_TIMEOUT_MS = 10_000
const SILENCE_TIMEOUT_MS = 30_000

/**
 * Sends through an SMTP server, by connections that are kept. Without TLS nothing is sent, unless the server is on this machine or `requireTls` is `false`.
 * It needs the package `nodemailer`, which is loaded at the app's start or with the first message.
 *
 * 5 connections at most; 10 s to connect, 30 s of silence. A message must be to one address, its subject one line, so that nothing a user has typed becomes
 * another recipient or header. Messages carry `Auto-Submitted: auto-generated` (RFC 3834), so that no absence note answers them.
 *
 * @example
 * const mailer = smtpMailer({ url: 'smtp://user:secret@mail.example.com:587', from: 'Notes <notes@example.com>' })
 * @throws TypeError where no server is named, or an address is none.
 */
export function smtpMailer(options: SmtpMailerOptions): SmtpMailer {
  return new NodemailerMailer(smtpSettings(options))
}

type Transport = Awaited<ReturnType<typeof transportOf>>

class NodemailerMailer implements SmtpMailer {
  readonly #settings: SmtpSettings
  #transport: Promise<Transport> | undefined

  constructor(settings: SmtpSettings) {
    this.#settings = settings
  }

  async start(): Promise<void> {
    await this.#connected()
    if (this.#settings.verify) await this.verify()
  }

  async verify(): Promise<void> {
    const transport = await this.#connected()
    await transport.verify()
  }

  async send({ to, subject, text, html }: Message): Promise<void> {
    const { from, replyTo } = this.#settings
    const message = {
      from,
      // As an object: a text would be parsed once more, and may be a list there.
      to: { name: '', address: checkedAddress(to, 'The recipient of a message') },
      subject: checkedSubject(subject),
      text,
      ...(html !== undefined && { html }),
      ...(replyTo !== undefined && { replyTo }),
      headers: { 'Auto-Submitted': 'auto-generated' },
    }
    // Composing takes a while; whoever leaves a message behind answers a request first, which must not tell by its time that there is one.
    await setImmediate()
    const transport = await this.#connected()
    await transport.sendMail(message)
  }

  async close(): Promise<void> {
    const transport = this.#transport
    this.#transport = undefined
    ;(await transport?.catch(() => undefined))?.close()
  }

  #connected(): Promise<Transport> {
    this.#transport ??= transportOf(this.#settings).catch((error: unknown) => {
      this.#transport = undefined
      throw error
    })
    return this.#transport
  }
}

async function transportOf({ host, port, secure, requireTls, auth, tls, maxConnections }: SmtpSettings) {
  const nodemailer = await load()
  return nodemailer.createTransport({
    pool: true,
    host,
    port,
    secure,
    requireTLS: requireTls,
    ...(auth !== undefined && { auth: { ...auth } }),
    ...(tls !== undefined && { tls }),
    maxConnections,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

async function load(): Promise<{ readonly createTransport: typeof createTransport }> {
  try {
    return await import('nodemailer')
  } catch (error) {
    throw new Error('smtpMailer() needs the package nodemailer: npm install nodemailer', { cause: error })
  }
}
