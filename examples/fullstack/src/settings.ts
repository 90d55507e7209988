const isProduction = process.env['NODE_ENV'] === 'production'

/** What the environment decides. */
export const settings = {
  /** Where the front end is reached: links in mails lead there. */
  frontendHost: process.env['FRONTEND_HOST'] ?? 'http://localhost:5173',
  /** `smtp://user:password@host:587`. Without it mails are printed. */
  smtpUrl: process.env['SMTP_URL'] ?? forDevelopment(undefined, 'SMTP_URL'),
  mailFrom: process.env['MAIL_FROM'] ?? 'Full stack <info@example.com>',
  firstSuperuser: process.env['FIRST_SUPERUSER'] ?? 'admin@example.com',
  firstSuperuserPassword:
    process.env['FIRST_SUPERUSER_PASSWORD'] ?? forDevelopment('seven lanterns on a hill', 'FIRST_SUPERUSER_PASSWORD'),
}

function forDevelopment<Value>(value: Value, name: string): Value {
  if (!isProduction) return value
  throw new Error(`${name} is not set: in production there is no value to fall back to.`)
}
