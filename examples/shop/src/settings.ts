const isProduction = process.env['NODE_ENV'] === 'production'

/** What the environment decides. */
export const settings = {
  /** `smtp://user:password@host:587`. Without it mails are printed. */
  smtpUrl: process.env['SMTP_URL'] ?? notInProduction('SMTP_URL'),
  mailFrom: process.env['MAIL_FROM'] ?? 'Shop <shop@example.com>',
}

function notInProduction(name: string): undefined {
  if (isProduction) throw new Error(`${name} is not set: in production mails must be sent.`)
}
