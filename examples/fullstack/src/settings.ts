import { secretText, settings as declare } from 'ashlar/settings'
import { z } from 'zod'

const isProduction = process.env['NODE_ENV'] === 'production'

/** What the environment decides. `ashlar config` shows what holds. */
export const settings = declare(
  z
    .object({
      frontendHost: z
        .url()
        .default('http://localhost:5173')
        .describe('where the front end is: links in mails lead there'),
      smtpUrl: secretText().optional().describe('smtp://user:password@host:587; without it mails are printed'),
      mailFrom: z.string().default('Full stack <info@example.com>'),
      firstSuperuser: z.email().default('admin@example.com'),
      firstSuperuserPassword: secretText({ development: 'seven lanterns on a hill' }),
    })
    .refine(({ smtpUrl }) => smtpUrl !== undefined || !isProduction, { path: ['smtpUrl'] }),
)
