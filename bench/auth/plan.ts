export const USERS = 50
export const PASSWORD = 'a walrus carries nine lanterns'

/** The ways to sign that are compared. */
export const SIGNINGS = {
  EdDSA: { algorithm: 'EdDSA' },
  ES256: { algorithm: 'ES256' },
  HS256: { secret: 'a secret that only this benchmark has, 32 bytes' },
} as const
export type SigningName = keyof typeof SIGNINGS
