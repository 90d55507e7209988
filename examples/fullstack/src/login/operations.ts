import { named, route, router, secret } from 'ashlar'
import { anyone } from 'ashlar/access'
import { oauth2PasswordForm, tokenEndpoint, TokenInvalid } from 'ashlar/auth'
import { BadRequest, TooManyRequests, Unavailable } from 'ashlar/errors'
import { z } from 'zod'
import { auth, authenticated } from '../auth.ts'
import { Message } from '../message.ts'
import { password, UserPublic } from '../users/schemas.ts'
import { provedOr, userService } from '../users/service.ts'

const { passwords, passwordChanges, logIn } = auth.services

const Token = named('Token', z.object({ access_token: z.string(), token_type: z.literal('bearer') }))
const NewPassword = named(
  'NewPassword',
  z.object({ token: secret(z.string().min(1).max(200)), new_password: password }),
)

const accessToken = route.post(
  '/login/access-token',
  {
    access: anyone,
    form: oauth2PasswordForm,
    uses: { passwords, logIn },
    response: Token,
    errors: [BadRequest, TooManyRequests, Unavailable],
    summary: 'Log in, as the OAuth2 password flow does',
  },
  async ({ form, passwords, logIn }) => {
    const user = await provedOr('Incorrect email or password', () => passwords.ofLogin(form.username, form.password))
    if (user.disabledAt !== null) throw new BadRequest('Inactive user')
    const result = await logIn.proceed({ user, methods: ['pwd'], delivery: 'tokens' })
    if (result.status !== 'logged_in') throw new BadRequest('This front end knows no second factors')
    return { access_token: result.accessToken!, token_type: 'bearer' as const }
  },
)

export const loginApi = router(
  '',
  { tags: ['login'] },
  {
    accessToken: tokenEndpoint(accessToken),
    testToken: route.post(
      '/login/test-token',
      { access: authenticated, uses: { users: userService }, response: UserPublic, summary: 'Whose token this is' },
      ({ user, users }) => users.byId(user.id),
    ),
    recoverPassword: route.post(
      '/password-recovery/:email',
      {
        access: anyone,
        params: z.object({ email: z.email().max(254) }),
        uses: { passwordChanges },
        response: Message,
        errors: [TooManyRequests],
        summary: 'Send a link to set another password',
        description: 'The answer is the same whether there is such a user or not.',
      },
      async ({ params, passwordChanges }) => {
        await passwordChanges.requestReset(params.email)
        return { message: 'If that email is registered, we sent a password recovery link' }
      },
    ),
    resetPassword: route.post(
      '/reset-password',
      {
        access: anyone,
        body: NewPassword,
        uses: { passwordChanges },
        response: Message,
        errors: [TokenInvalid, TooManyRequests, Unavailable],
        summary: 'Set another password, by the link',
      },
      async ({ body, passwordChanges }) => {
        await passwordChanges.reset(body.token, body.new_password, 'new_password')
        return { message: 'Password updated successfully' }
      },
    ),
  },
)
