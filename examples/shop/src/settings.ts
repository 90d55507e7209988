import { secretText, settings as declare } from 'ashlar/settings'
import { z } from 'zod'

const isProduction = process.env['NODE_ENV'] === 'production'

/** What the environment decides. `ashlar config` shows what holds. */
export const settings = declare(
  z
    .object({
      smtpUrl: secretText().optional().describe('smtp://user:password@host:587; without it mails are printed'),
      mailFrom: z.string().default('Shop <shop@example.com>'),
    })
    .refine(({ smtpUrl }) => smtpUrl !== undefined || !isProduction, { path: ['smtpUrl'] }),
)
