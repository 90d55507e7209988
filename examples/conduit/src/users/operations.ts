import { route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { InvalidCredentials } from 'ashlar/auth'
import { TooManyRequests } from 'ashlar/errors'
import { z } from 'zod'
import { authenticated } from '../auth.ts'
import { Taken, Unusable } from '../errors.ts'
import { blankOrInvalid } from '../inputs.ts'
import { LoginUser, NewUser, UpdateUser, UserResponse } from './schemas.ts'
import { userService } from './service.ts'

const { post, get, put } = route.with({ uses: { users: userService }, tags: ['User and Authentication'] })

export const userApi = router('', {
  register: post(
    '/users',
    {
      access: anyone,
      body: z.object({ user: NewUser }, blankOrInvalid),
      response: UserResponse,
      status: 201,
      errors: [Taken],
      summary: 'Register a user',
    },
    async ({ body, users }) => ({ user: await users.register(body.user) }),
  ),
  login: post(
    '/users/login',
    {
      access: anyone,
      body: z.object({ user: LoginUser }, blankOrInvalid),
      response: UserResponse,
      errors: [InvalidCredentials, TooManyRequests],
      summary: 'Log in',
    },
    async ({ body, users }) => ({ user: await users.login(body.user) }),
  ),
  current: get(
    '/user',
    { access: authenticated, response: UserResponse, summary: 'Get the current user' },
    async ({ user, users }) => ({ user: await users.current(user) }),
  ),
  update: put(
    '/user',
    {
      access: authenticated,
      body: z.object({ user: UpdateUser }, blankOrInvalid),
      response: UserResponse,
      errors: [Unusable],
      summary: 'Update the current user',
      description:
        'At least one field is required. `null` or an empty text clears `bio` and `image`. Another password ends all tokens of before.',
    },
    async ({ body, user, users }) => ({ user: await users.update(user, body.user) }),
  ),
})
