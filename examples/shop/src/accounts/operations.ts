import { named, route } from 'ashlar'
import { anyOf, anyone } from 'ashlar/access'
import { resource, UniqueViolation } from 'ashlar/data'
import { z } from 'zod'
import { owner, staff } from '../auth.ts'
import { database } from '../database.ts'
import { accountService, InvalidCredentials } from './service.ts'
import { accounts } from './table.ts'

const email = z.email().max(255)
const password = z.string().min(8).max(200).meta({ format: 'password' })
const Credentials = named('Credentials', z.object({ email, password }))
const NewAccount = named('NewAccount', Credentials.extend({ name: z.string().min(1).max(100) }))
const SignedIn = named('SignedIn', z.object({ id: z.guid(), name: z.string(), token: z.string() }))

const post = route.with({ access: anyone, uses: { accounts: accountService } }).post

/** Everybody has their own account, and staff may read all. Making one is hand-written, since a password is no column. */
export const accountApi = resource(accounts, {
  database,
  access: { read: anyOf(owner('id'), staff), update: owner('id') },
  private: ['passwordHash'],
  readOnly: ['email', 'role', 'passwordHash'],
  list: { filter: { role: ['eq'] }, sort: ['name'], defaultSort: ['name'] },
  refine: { name: (name) => name.min(1) },
}).with({
  register: post(
    '/',
    { body: NewAccount, response: SignedIn, status: 201, errors: [UniqueViolation], summary: 'Register' },
    ({ body, accounts }) => accounts.register(body.email, body.password, body.name),
  ),
  logIn: post(
    '/login',
    { body: Credentials, response: SignedIn, errors: [InvalidCredentials], summary: 'Log in' },
    ({ body, accounts }) => accounts.logIn(body.email, body.password),
  ),
})
