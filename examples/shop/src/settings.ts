const DEVELOPMENT_SECRET = 'for development only: anybody can read this'

/** What the environment decides. */
export const settings = {
  jwtSecret: process.env['JWT_SECRET'] ?? developmentSecret(),
}

/** Whoever knows the secret can sign in as anybody, so in production none is guessed. */
function developmentSecret(): string {
  if (process.env['NODE_ENV'] !== 'production') return DEVELOPMENT_SECRET
  throw new Error('JWT_SECRET is not set. Make one, and set it on every process of this app: openssl rand -base64 32')
}
