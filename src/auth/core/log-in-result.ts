import { z } from 'zod'
import { named } from '../../schema/named.ts'

/** How a client wants to stay known: by tokens in the body, by the same in `__Host-` cookies, or by a session in a cookie. */
export type Delivery = 'tokens' | 'cookies' | 'session'

export const DELIVERIES = ['tokens', 'cookies', 'session'] as const satisfies readonly Delivery[]

/** Who has logged in. Tokens are in it where they are delivered in the body. */
export const LoggedIn = named(
  'LoggedIn',
  z.object({
    status: z.literal('logged_in'),
    userId: z.union([z.string(), z.int()]),
    sessionId: z.string(),
    accessToken: z.string().optional(),
    tokenType: z.literal('Bearer').optional(),
    /** Of the access token, in seconds. */
    expiresIn: z.int().optional(),
    refreshToken: z.string().optional(),
  }),
)
export type LoggedIn = z.infer<typeof LoggedIn>

/** The first factor was right; nothing else is open until the second is shown with this challenge. */
export const SecondFactorRequired = named(
  'SecondFactorRequired',
  z.object({
    status: z.literal('second_factor_required'),
    /** To be sent with the second factor; holds 10 minutes. */
    challenge: z.string(),
    factors: z.array(z.enum(['totp', 'passkey', 'recovery'])),
  }),
)
export type SecondFactorRequired = z.infer<typeof SecondFactorRequired>

export const LogInResult = z.discriminatedUnion('status', [LoggedIn, SecondFactorRequired])
export type LogInResult = z.infer<typeof LogInResult>
