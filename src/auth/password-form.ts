import { z } from 'zod'

/**
 * The form of the OAuth2 password grant (RFC 6749 section 4.3.2), as the docs page's Authorize button and clients of FastAPI services
 * send it. `grant_type` may be missing, as FastAPI allows.
 *
 * @example
 * route.post('/token', { access: anyone, form: oauth2PasswordForm, uses: { users }, response: Token },
 *   ({ form, users }) => users.logIn(form.username, form.password))
 */
export const oauth2PasswordForm = z.object({
  grant_type: z.literal('password').optional(),
  username: z.string(),
  password: z.string(),
  scope: z.string().default(''),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
})

/**
 * The same with `grant_type` required, as the RFC has it.
 *
 * @example
 * oauth2PasswordFormStrict.safeParse({ username: 'ada', password: 'x' }).success   // => false
 */
export const oauth2PasswordFormStrict = oauth2PasswordForm.required({ grant_type: true })
