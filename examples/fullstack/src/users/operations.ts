import { route, router } from 'ashlar'
import { anyOf, anyone } from 'ashlar/access'
import { Forbidden, TooManyRequests, Unavailable } from 'ashlar/errors'
import { z } from 'zod'
import { authenticated, rule, superuser } from '../auth.ts'
import { Message, Paging } from '../message.ts'
import {
  UpdatePassword,
  UserCreate,
  UserPublic,
  UserRegister,
  UsersPublic,
  UserUpdate,
  UserUpdateMe,
} from './schemas.ts'
import { userService } from './service.ts'

const params = z.object({ id: z.uuid() })
const self = rule({ name: 'self', inputs: { params } }, ({ user, params: { id } }) => user.id === id)
const { get, post, patch, delete: remove } = route.with({ uses: { users: userService }, errors: [Unavailable] })

const ownOperations = {
  signup: post(
    '/signup',
    { access: anyone, body: UserRegister, response: UserPublic, summary: 'Register' },
    ({ body, users }) => users.create({ ...body, is_active: true, is_superuser: false }),
  ),
  me: get('/me', { access: authenticated, response: UserPublic, summary: 'Who am I' }, ({ user, users }) =>
    users.byId(user.id),
  ),
  updateMe: patch(
    '/me',
    { access: authenticated, body: UserUpdateMe, response: UserPublic, summary: 'Change my name or address' },
    ({ user, body, users }) => users.update(user.id, body),
  ),
  changePassword: patch(
    '/me/password',
    {
      access: authenticated,
      body: UpdatePassword,
      response: Message,
      errors: [TooManyRequests],
      summary: 'Change my password',
      description: 'Log in again then: all tokens end.',
    },
    async ({ user, body, users }) => {
      await users.changePassword(user.id, body.current_password, body.new_password)
      return { message: 'Password updated successfully' }
    },
  ),
  deleteMe: remove(
    '/me',
    { access: authenticated, response: Message, errors: [Forbidden], summary: 'Delete my account, with its items' },
    async ({ user, users }) => {
      if (user.roles.includes('superuser')) throw new Forbidden('Super users are not allowed to delete themselves')
      await users.remove(user.id)
      return { message: 'User deleted successfully' }
    },
  ),
}

const administration = {
  list: get(
    '/',
    { access: superuser, query: Paging, response: UsersPublic, summary: 'List users' },
    ({ query: { skip, limit }, users }) => users.list(skip, limit),
  ),
  create: post(
    '/',
    { access: superuser, body: UserCreate, response: UserPublic, summary: 'Make a user' },
    ({ body, users }) => users.create(body),
  ),
  read: get(
    '/:id',
    { access: anyOf(self, superuser), params, response: UserPublic, summary: 'Read a user' },
    ({ params: { id }, users }) => users.byId(id),
  ),
  update: patch(
    '/:id',
    {
      access: superuser,
      params,
      body: UserUpdate,
      response: UserPublic,
      errors: [Forbidden],
      summary: 'Change a user',
      description: 'With other rights, or another password, all tokens of the user end.',
    },
    ({ params: { id }, user, body, users }) => {
      if (id === user.id && (body.is_superuser === false || body.is_active === false))
        throw new Forbidden('Super users are not allowed to take their own rights')
      return users.update(id, body)
    },
  ),
  delete: remove(
    '/:id',
    { access: superuser, params, response: Message, errors: [Forbidden], summary: 'Delete a user, with their items' },
    async ({ params: { id }, user, users }) => {
      if (id === user.id) throw new Forbidden('Super users are not allowed to delete themselves')
      await users.remove(id)
      return { message: 'User deleted successfully' }
    },
  ),
}

export const userApi = router('/users', { tags: ['users'] }, { ...ownOperations, ...administration })
